//! Rate limits.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::limits::{Admission, LimitKey, Quota};

use crate::Failure;

/// Counts occurrences across all instances of the service.
#[async_trait]
pub trait RateLimiter: Send + Sync {
    /// Decides by `Quota::admit`, and counts what it admits. Of concurrent calls with the same key, no more are
    /// admitted than the quota allows.
    async fn admit(&self, key: LimitKey, quota: Quota, now: Timestamp) -> Result<Admission, Failure>;

    /// Resets the count of a key. Unknown keys are no error.
    async fn forget(&self, key: LimitKey) -> Result<(), Failure>;
}
