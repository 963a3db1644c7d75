//! How often one network or one account may do something that costs.

use std::sync::Arc;

use auth_domain::accounts::UserId;
use auth_domain::limits::{Admission, LimitKey, Quota};
use auth_domain::origin::Origin;
use auth_ports::{Clock, Halt, RateLimiter, refuse};
use chrono::TimeDelta;

/// A limit that is counted for each of those whom it is for. Cheap to clone.
#[derive(Clone)]
pub struct RateLimit {
    limiter: Arc<dyn RateLimiter>,
    clock: Arc<dyn Clock>,
    what: &'static str,
    /// `None`: no limit.
    quota: Option<Quota>,
}

/// Something happened too often to happen now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooOften {
    /// Until the next time.
    pub retry_after: TimeDelta,
}

impl RateLimit {
    /// `what` names the limit: limits of one name count together.
    #[must_use]
    pub fn new(limiter: Arc<dyn RateLimiter>, clock: Arc<dyn Clock>, what: &'static str, quota: Option<Quota>) -> Self {
        Self { limiter, clock, what, quota }
    }

    /// Counts one occurrence for the network of a request, if it may happen.
    pub(crate) async fn admit(&self, origin: &Origin) -> Result<(), Halt<TooOften>> {
        self.admit_one(&origin.network.to_string()).await
    }

    /// The same for one account.
    pub(crate) async fn admit_account(&self, user: UserId) -> Result<(), Halt<TooOften>> {
        self.admit_one(&user.to_string()).await
    }

    async fn admit_one(&self, whom: &str) -> Result<(), Halt<TooOften>> {
        let Some(quota) = self.quota else { return Ok(()) };
        let key = LimitKey::new(self.what, whom);
        match self.limiter.admit(key, quota, self.clock.now()).await? {
            Admission::Admitted => Ok(()),
            Admission::Refused { retry_after } => refuse(TooOften { retry_after }),
        }
    }
}
