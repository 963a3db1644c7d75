//! Rate limits.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::limits::{Admission, Counted, LimitKey, Quota};

use crate::Failure;

/// Counts occurrences across all instances of the service.
#[async_trait]
pub trait RateLimiter: Send + Sync {
    /// Counts one occurrence against each of these limits if all of them admit it by `Quota::admit`, and else against
    /// none. Of concurrent calls, no more are admitted than each quota allows. What a limit refuses that was used up
    /// before the call counts nowhere, not even for a moment: otherwise whoever is refused again and again would keep
    /// others out, by limits that they share. Only of calls that use a limit up at the same time may those that come too
    /// late keep others out until they are decided. A key that is named twice counts once.
    async fn admit_all(&self, limits: &[(LimitKey, Quota)], now: Timestamp) -> Result<Counted, Failure>;

    /// Takes back one occurrence that each of these limits has counted. Unknown keys are no error.
    async fn refund(&self, limits: &[(LimitKey, Quota)]) -> Result<(), Failure>;

    /// Does the same as [`RateLimiter::admit_all`] for one limit.
    async fn admit(&self, key: LimitKey, quota: Quota, now: Timestamp) -> Result<Admission, Failure> {
        Ok(match self.admit_all(&[(key, quota)], now).await? {
            Counted::Admitted(_) => Admission::Admitted,
            Counted::Refused { retry_after, .. } => Admission::Refused { retry_after },
        })
    }

    /// Resets the count of a key. Unknown keys are no error.
    async fn forget(&self, key: LimitKey) -> Result<(), Failure> {
        self.forget_all(&[key]).await
    }

    /// Resets the counts of all these keys. Unknown keys are no error.
    async fn forget_all(&self, keys: &[LimitKey]) -> Result<(), Failure>;
}
