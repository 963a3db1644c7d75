//! Checking passwords a limited number of times.

use std::sync::Arc;

use auth_domain::credentials::{Password, PasswordHash};
use auth_domain::limits::Quota;
use auth_domain::origin::Origin;
use auth_ports::{Failure, Halt, PasswordHasher, Verdict};
use secrecy::{ExposeSecret as _, SecretString};

use crate::kit::limit::{Charge, Limit};
use crate::kit::{Budget, OverBudget};

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
    budget: Budget,
    tries: TryLimits,
}

/// The limits on tries.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TryLimits {
    /// For one network at one account.
    pub(crate) of_account_and_network: Limit,
    /// For one network at all accounts.
    pub(crate) of_network: Limit,
    /// For all networks at one account.
    pub(crate) of_account: Limit,
    /// At the present password of the signed-in user.
    pub(crate) of_present: Limit,
}

impl TryLimits {
    fn new(tries: Option<PasswordTries>) -> Self {
        let limit = |name, quota: fn(PasswordTries) -> Quota| Limit::new(name, tries.map(quota));
        Self {
            of_account_and_network: limit("password.account_and_network", |tries| tries.per_account_and_network),
            of_network: limit("password.network", |tries| tries.per_network),
            of_account: limit("password.account", |tries| tries.per_account),
            of_present: limit("presence.account", |tries| tries.per_account_and_network),
        }
    }
}

impl Passwords {
    /// Builds the check from its ports. Without `tries` there is no limit.
    #[must_use]
    pub fn new(hasher: Arc<dyn PasswordHasher>, budget: Budget, tries: Option<PasswordTries>) -> Self {
        Self { hasher, budget, tries: TryLimits::new(tries) }
    }

    /// Counts one try against all of these limits.
    pub(crate) async fn count_try<T: IntoIterator<Item = Charge>>(
        &self,
        origin: &Origin,
        charges: impl FnOnce(&TryLimits) -> T,
    ) -> Result<(), Halt<OverBudget>> {
        self.budget.spend(origin, charges(&self.tries)).await.map(drop)
    }

    /// Clears the tries that were counted against a limit.
    pub(crate) async fn forget_tries(&self, charge: impl FnOnce(&TryLimits) -> Option<Charge>) -> Result<(), Failure> {
        self.budget.forget(charge(&self.tries)).await
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
