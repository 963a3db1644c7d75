//! Checking the present password of a signed-in user, a limited number of times: who holds a stolen
//! access token must not be able to guess it.

use std::sync::Arc;

use auth_domain::credentials::Password;
use auth_domain::limits::{Admission, LimitKey};
use auth_domain::origin::Origin;
use auth_ports::{Clock, Halt, PasswordHasher, RateLimiter, Verdict, refuse};
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use crate::kit::{Caller, FailedSignIns, PasswordTries, TooOften};

/// Why it was not accepted.
#[derive(Debug, Error)]
pub enum PresentPasswordRefusal {
    /// Not the password.
    #[error("the password is wrong")]
    Wrong,
    /// The account has none.
    #[error("the account has no password: use a verification token")]
    NotSet,
    /// Too many tries.
    #[error("too many tries: try again later, or use a verification token")]
    TooManyTries(TooOften),
}

/// Checks present passwords. Cheap to clone; every use case that asks for one shares its limit.
#[derive(Clone)]
pub struct PresentPassword {
    clock: Arc<dyn Clock>,
    failures: FailedSignIns,
    hasher: Arc<dyn PasswordHasher>,
    limiter: Arc<dyn RateLimiter>,
    /// `None`: no limit.
    tries: Option<PasswordTries>,
}

impl PresentPassword {
    /// On these ports.
    #[must_use]
    pub fn new(
        clock: Arc<dyn Clock>,
        failures: FailedSignIns,
        hasher: Arc<dyn PasswordHasher>,
        limiter: Arc<dyn RateLimiter>,
        tries: Option<PasswordTries>,
    ) -> Self {
        Self { clock, failures, hasher, limiter, tries }
    }

    /// Counts the try, then compares. A right password forgets the wrong ones before it.
    pub(super) async fn check(
        &self,
        caller: &Caller,
        raw: &SecretString,
        origin: &Origin,
    ) -> Result<(), Halt<PresentPasswordRefusal>> {
        let hash = caller.account.password.clone().ok_or(Halt::Refused(PresentPasswordRefusal::NotSet))?;
        let key = LimitKey::new("presence.account", &caller.account.id.to_string());
        if let Some(tries) = self.tries {
            let admission = self.limiter.admit(key, tries.per_account_and_network, self.clock.now()).await;
            if let Admission::Refused { retry_after } = admission? {
                return refuse(PresentPasswordRefusal::TooManyTries(TooOften { retry_after }));
            }
        }
        let password = Password::presented(raw.expose_secret()).ok_or(Halt::Refused(PresentPasswordRefusal::Wrong))?;
        if self.hasher.verify(password, Some(hash)).await? == Verdict::Differs {
            self.failures.record("present_password", Some(caller.account.id), origin).await?;
            return refuse(PresentPasswordRefusal::Wrong);
        }
        if self.tries.is_some() {
            self.limiter.forget(key).await?;
        }
        Ok(())
    }
}
