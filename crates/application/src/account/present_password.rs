//! Checking the present password of a signed-in user, a limited number of times: who holds a stolen
//! access token must not be able to guess it.

use std::sync::Arc;

use auth_domain::credentials::Password;
use auth_domain::limits::{Admission, LimitKey};
use auth_domain::origin::Origin;
use auth_ports::{Clock, PasswordHasher, RateLimiter, Verdict};
use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use crate::kit::{Caller, FailedSignIns, Failure, PasswordTries};

/// Why it was not accepted.
#[derive(Debug, Error)]
pub enum PresentPasswordError {
    /// Not the password.
    #[error("the password is wrong")]
    Wrong,
    /// The account has none.
    #[error("the account has no password: use a verification token")]
    NotSet,
    /// Too many tries.
    #[error("too many tries: try again later, or use a verification token")]
    TooManyTries {
        /// Until the next one.
        retry_after: TimeDelta,
    },
    /// The world failed.
    #[error(transparent)]
    Failed(#[from] Failure),
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
    ) -> Result<(), PresentPasswordError> {
        let hash = caller.account.password.clone().ok_or(PresentPasswordError::NotSet)?;
        let key = LimitKey::new("presence.account", &caller.account.id.to_string());
        if let Some(tries) = self.tries {
            let admission = self.limiter.admit(key, tries.per_account_and_network, self.clock.now()).await;
            if let Admission::Refused { retry_after } = admission.map_err(Failure::from)? {
                return Err(PresentPasswordError::TooManyTries { retry_after });
            }
        }
        let password = Password::presented(raw.expose_secret()).ok_or(PresentPasswordError::Wrong)?;
        if self.hasher.verify(password, Some(hash)).await.map_err(Failure::from)? == Verdict::Differs {
            self.failures.record("present_password", Some(caller.account.id), origin).await?;
            return Err(PresentPasswordError::Wrong);
        }
        if self.tries.is_some() {
            self.limiter.forget(key).await.map_err(Failure::from)?;
        }
        Ok(())
    }
}
