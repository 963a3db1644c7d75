//! Rate limits.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::limits::{Admission, LimitKey, Quota};
use auth_ports::{Failure, RateLimiter};

use crate::MemoryStores;

#[async_trait]
impl RateLimiter for MemoryStores {
    async fn admit(&self, key: LimitKey, quota: Quota, now: Timestamp) -> Result<Admission, Failure> {
        let mut state = self.open()?;
        let (admission, full_at) = quota.admit(state.limits.get(&key).copied(), now);
        if admission == Admission::Admitted {
            state.limits.insert(key, full_at);
        }
        Ok(admission)
    }
    async fn forget(&self, key: LimitKey) -> Result<(), Failure> {
        self.open()?.limits.remove(&key);
        Ok(())
    }
}
