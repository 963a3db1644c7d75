//! Rate limits.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::limits::{Admission, Counted, LimitKey, Quota};
use auth_ports::{Failure, RateLimiter};

use crate::MemoryStores;

#[async_trait]
impl RateLimiter for MemoryStores {
    async fn admit_all(&self, limits: &[(LimitKey, Quota)], now: Timestamp) -> Result<Counted, Failure> {
        let mut state = self.open()?;
        let decide = |(key, quota): &(LimitKey, Quota)| quota.admit(state.limits.get(key).copied(), now);
        let decided: Vec<_> = limits.iter().map(decide).collect();
        let waits = decided.iter().enumerate().filter_map(|(limit, (admission, _))| match admission {
            Admission::Admitted => None,
            Admission::Refused { retry_after } => Some((*retry_after, limit)),
        });
        if let Some((retry_after, limit)) = waits.max() {
            return Ok(Counted::Refused { limit, retry_after });
        }
        let full_at: Vec<_> = decided.into_iter().map(|(_, full_at)| full_at).collect();
        state.limits.extend(limits.iter().map(|(key, _)| *key).zip(full_at.iter().copied()));
        Ok(Counted::Admitted(full_at))
    }

    async fn refund(&self, limits: &[(LimitKey, Quota)]) -> Result<(), Failure> {
        let mut state = self.open()?;
        let mut limits = limits.to_vec();
        limits.sort_unstable_by_key(|(key, _)| *key);
        limits.dedup_by_key(|(key, _)| *key);
        for (key, quota) in limits {
            if let Some(full_at) = state.limits.get_mut(&key) {
                *full_at -= quota.interval();
            }
        }
        Ok(())
    }

    async fn forget_all(&self, keys: &[LimitKey]) -> Result<(), Failure> {
        self.open()?.limits.retain(|key, _| !keys.contains(key));
        Ok(())
    }
}
