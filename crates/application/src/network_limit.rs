//! How often the people of one network may do something that costs.

use std::sync::Arc;

use auth_domain::limits::{Admission, LimitKey, Quota};
use auth_domain::origin::Origin;
use auth_ports::{Clock, RateLimiter};
use chrono::TimeDelta;

use crate::Failure;

/// A limit that is counted by network. Cheap to clone.
#[derive(Clone)]
pub struct NetworkLimit {
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

impl NetworkLimit {
    /// `what` names the limit: limits of one name count together.
    #[must_use]
    pub fn new(limiter: Arc<dyn RateLimiter>, clock: Arc<dyn Clock>, what: &'static str, quota: Option<Quota>) -> Self {
        Self { limiter, clock, what, quota }
    }

    /// Counts one occurrence, if it may happen.
    pub(crate) async fn admit(&self, origin: &Origin) -> Result<(), NotAdmitted> {
        let Some(quota) = self.quota else { return Ok(()) };
        let key = LimitKey::new(self.what, &origin.network.to_string());
        match self.limiter.admit(key, quota, self.clock.now()).await {
            Ok(Admission::Admitted) => Ok(()),
            Ok(Admission::Refused { retry_after }) => Err(NotAdmitted::TooOften { retry_after }),
            Err(error) => Err(NotAdmitted::Failed(error.into())),
        }
    }
}
