//! Checking passwords a limited number of times.

use std::sync::Arc;

use auth_domain::credentials::{Password, PasswordHash};
use auth_domain::limits::{Admission, LimitKey, Quota};
use auth_ports::{Clock, Failure, Halt, PasswordHasher, RateLimiter, Verdict, refuse};
use secrecy::{ExposeSecret as _, SecretString};

use crate::kit::TooOften;

/// How often passwords may be tried. Every try counts before the password is checked; the right password clears the
/// wrong tries from its network.
#[derive(Debug, Clone, Copy)]
pub struct PasswordTries {
    /// For one network at one account.
    pub per_account_and_network: Quota,
    /// For one network at all accounts.
    pub per_network: Quota,
    /// For all networks at one account. The owner can still use the other ways to sign in.
    pub per_account: Quota,
}

/// Checks passwords and counts how often they are tried. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    hasher: Arc<dyn PasswordHasher>,
    limiter: Arc<dyn RateLimiter>,
    clock: Arc<dyn Clock>,
    /// `None` means no limit.
    tries: Option<PasswordTries>,
}

impl Passwords {
    /// Builds the check from its ports. Without `tries` there is no limit.
    #[must_use]
    pub fn new(
        hasher: Arc<dyn PasswordHasher>,
        limiter: Arc<dyn RateLimiter>,
        clock: Arc<dyn Clock>,
        tries: Option<PasswordTries>,
    ) -> Self {
        Self { hasher, limiter, clock, tries }
    }

    /// Counts one try against each limit, in order, up to the first that refuses.
    pub(crate) async fn count_try<const N: usize>(
        &self,
        limits: impl FnOnce(PasswordTries) -> [(LimitKey, Quota); N],
    ) -> Result<(), Halt<TooOften>> {
        let Some(tries) = self.tries else { return Ok(()) };
        for (key, quota) in limits(tries) {
            if let Admission::Refused { retry_after } = self.limiter.admit(key, quota, self.clock.now()).await? {
                return refuse(TooOften { retry_after });
            }
        }
        Ok(())
    }

    /// Clears the tries that were counted for a key.
    pub(crate) async fn forget_tries(&self, key: LimitKey) -> Result<(), Failure> {
        match self.tries {
            Some(_) => self.limiter.forget(key).await,
            None => Ok(()),
        }
    }

    /// Checks a password as the client wrote it, and takes as long if there is no hash. A text that cannot be a
    /// password is not checked and does not match.
    pub(crate) async fn verify(
        &self,
        raw: &SecretString,
        hash: Option<PasswordHash>,
    ) -> Result<(Verdict, Option<Password>), Failure> {
        match Password::presented(raw.expose_secret()) {
            Some(password) => Ok((self.compare(&password, hash).await?, Some(password))),
            None => Ok((Verdict::Differs, None)),
        }
    }

    /// Compares with the hash, and if need be once more as earlier versions prepared the password. Whether that is
    /// needed depends on the password alone.
    async fn compare(&self, password: &Password, hash: Option<PasswordHash>) -> Result<Verdict, Failure> {
        let verdict = self.hasher.verify(password.clone(), hash.clone()).await?;
        match (verdict, password.as_earlier()) {
            (Verdict::Differs, Some(earlier)) => match self.hasher.verify(earlier, hash).await? {
                Verdict::Differs => Ok(Verdict::Differs),
                Verdict::Matches | Verdict::MatchesOutdated => Ok(Verdict::MatchesOutdated),
            },
            (verdict, _) => Ok(verdict),
        }
    }

    /// Hashes a new password.
    pub(crate) async fn hash(&self, password: Password) -> Result<PasswordHash, Failure> {
        self.hasher.hash(password).await
    }
}
