//! How often one network or one account may do something that costs.

use std::sync::Arc;

use auth_domain::accounts::UserId;
use auth_domain::limits::{Admission, LimitKey, Quota};
use auth_domain::origin::Origin;
use auth_ports::{Clock, RateLimiter};
use chrono::TimeDelta;

use crate::kit::Failure;

/// A limit that is counted for each of those whom it is for. Cheap to clone.
#[derive(Clone)]
pub struct RateLimit {
    limiter: Arc<dyn RateLimiter>,
    clock: Arc<dyn Clock>,
    what: &'static str,
    /// `None`: no limit.
    quota: Option<Quota>,
}

/// Why something may not happen now.
pub(crate) enum NotAdmitted {
    TooOften { retry_after: TimeDelta },
    Failed(Failure),
}

impl RateLimit {
    /// `what` names the limit: limits of one name count together.
    #[must_use]
    pub fn new(limiter: Arc<dyn RateLimiter>, clock: Arc<dyn Clock>, what: &'static str, quota: Option<Quota>) -> Self {
        Self { limiter, clock, what, quota }
    }

    /// Counts one occurrence for the network of a request, if it may happen.
    pub(crate) async fn admit(&self, origin: &Origin) -> Result<(), NotAdmitted> {
        self.admit_one(&origin.network.to_string()).await
    }

    /// The same for one account.
    pub(crate) async fn admit_account(&self, user: UserId) -> Result<(), NotAdmitted> {
        self.admit_one(&user.to_string()).await
    }

    async fn admit_one(&self, whom: &str) -> Result<(), NotAdmitted> {
        let Some(quota) = self.quota else { return Ok(()) };
        let key = LimitKey::new(self.what, whom);
        match self.limiter.admit(key, quota, self.clock.now()).await {
            Ok(Admission::Admitted) => Ok(()),
            Ok(Admission::Refused { retry_after }) => Err(NotAdmitted::TooOften { retry_after }),
            Err(error) => Err(NotAdmitted::Failed(error.into())),
        }
    }
}
