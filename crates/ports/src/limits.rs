//! Rate limits.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::limits::{Admission, LimitKey, Quota};

use crate::Failure;

/// Counts occurrences, together for all instances of the service.
#[async_trait]
pub trait RateLimiter: Send + Sync {
    /// Decides by `Quota::admit`, and counts what it admits. Of concurrent calls for one key no more
    /// are admitted than the quota allows.
    async fn admit(&self, key: LimitKey, quota: Quota, now: Timestamp) -> Result<Admission, Failure>;

    /// Forgets what was counted for a key. Unknown keys are fine.
    async fn forget(&self, key: LimitKey) -> Result<(), Failure>;
}
