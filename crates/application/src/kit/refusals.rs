//! Refusals of limits, remembered for a moment, so that whoever floods the service beyond a limit costs the store
//! nothing.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::limits::{Counted, LimitKey, Quota};
use auth_ports::{Clock, Failure, RateLimiter};
use chrono::TimeDelta;

use crate::kit::SweptMap;

/// How long a refusal is remembered. Another instance may clear the limit meanwhile, which is then noticed this late.
const REMEMBERED: Duration = Duration::from_secs(1);

/// A limiter that answers from memory while a limit is known to refuse.
pub struct RememberedRefusals {
    limits: Arc<dyn RateLimiter>,
    clock: Arc<dyn Clock>,
    refused: Mutex<Refused>,
}

/// Refusals by key, burst and period in microseconds: the same key may refuse at one quota and admit at another.
type Refused = SweptMap<(LimitKey, u32, Option<i64>), Refusal>;

/// Instants of the monotonic clock.
#[derive(Clone, Copy)]
struct Refusal {
    forgotten_at: Duration,
    admits_at: Duration,
}

impl RememberedRefusals {
    /// Puts a memory before a limiter.
    #[must_use]
    pub fn new(limits: Arc<dyn RateLimiter>, clock: Arc<dyn Clock>) -> Self {
        Self { limits, clock, refused: Mutex::default() }
    }

    fn recall(&self, limits: &[(LimitKey, Quota)]) -> Option<Counted> {
        let (now, refused) = (self.clock.monotonic(), self.lock());
        let known = limits.iter().enumerate().filter_map(|(limit, asked)| Some((limit, refused.get(&id(asked))?)));
        let (limit, refusal) =
            known.filter(|(_, refusal)| refusal.forgotten_at > now).max_by_key(|(_, r)| r.admits_at)?;
        let retry_after = TimeDelta::from_std(refusal.admits_at - now).unwrap_or(TimeDelta::MAX);
        Some(Counted::Refused { limit, retry_after })
    }

    fn remember(&self, asked: &(LimitKey, Quota), retry_after: TimeDelta) {
        let now = self.clock.monotonic();
        let admits_at = now + retry_after.to_std().unwrap_or_default();
        let refusal = Refusal { forgotten_at: admits_at.min(now + REMEMBERED), admits_at };
        self.lock().insert(id(asked), refusal, |refusal| refusal.forgotten_at <= now);
    }

    fn clear(&self, cleared: impl Fn(&LimitKey) -> bool) {
        self.lock().retain(|(key, ..)| !cleared(key));
    }

    fn lock(&self) -> MutexGuard<'_, Refused> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn id((key, quota): &(LimitKey, Quota)) -> (LimitKey, u32, Option<i64>) {
    (*key, quota.burst, quota.per.num_microseconds())
}

#[async_trait]
impl RateLimiter for RememberedRefusals {
    async fn admit_all(&self, limits: &[(LimitKey, Quota)], now: Timestamp) -> Result<Counted, Failure> {
        if let Some(refused) = self.recall(limits) {
            return Ok(refused);
        }
        let counted = self.limits.admit_all(limits, now).await?;
        if let Counted::Refused { limit, retry_after } = counted {
            self.remember(&limits[limit], retry_after);
        }
        Ok(counted)
    }

    async fn refund(&self, limits: &[(LimitKey, Quota)]) -> Result<(), Failure> {
        self.limits.refund(limits).await?;
        self.clear(|key| limits.iter().any(|(refunded, _)| refunded == key));
        Ok(())
    }

    async fn forget_all(&self, keys: &[LimitKey]) -> Result<(), Failure> {
        self.limits.forget_all(keys).await?;
        self.clear(|key| keys.contains(key));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use auth_contracts::ManualClock;
    use auth_memory::MemoryStores;

    use super::*;

    const QUOTA: Quota = Quota { burst: 1, per: TimeDelta::seconds(60) };

    struct Bench {
        limits: RememberedRefusals,
        stores: MemoryStores,
        clock: ManualClock,
    }

    impl Bench {
        fn new() -> Self {
            let (stores, clock) = (MemoryStores::new(), ManualClock::new());
            let limits = RememberedRefusals::new(Arc::new(stores.clone()), Arc::new(clock.clone()));
            Self { limits, stores, clock }
        }

        /// How many seconds until one more is admitted, if it is not now; an error if the store was asked and is away.
        async fn wait(&self, key: &LimitKey, quota: Quota) -> Result<Option<i64>, ()> {
            let other = (LimitKey::new("other", "somebody"), Quota { burst: 1_000, ..QUOTA });
            match self.limits.admit_all(&[other, (*key, quota)], self.clock.now()).await {
                Ok(Counted::Admitted(_)) => Ok(None),
                Ok(Counted::Refused { limit, retry_after }) => {
                    assert_eq!(limit, 1, "the one that refuses");
                    Ok(Some(retry_after.num_seconds()))
                }
                Err(_) => Err(()),
            }
        }
    }

    #[tokio::test]
    async fn what_is_refused_is_not_asked_again_for_a_moment() {
        let (bench, key) = (Bench::new(), LimitKey::new("test", "somebody"));
        assert_eq!(bench.wait(&key, QUOTA).await, Ok(None));
        assert_eq!(bench.wait(&key, QUOTA).await, Ok(Some(60)));
        bench.stores.set_failing(true);
        for _ in 0..3 {
            assert_eq!(bench.wait(&key, QUOTA).await, Ok(Some(60)), "from memory");
        }
        assert_eq!(bench.wait(&key, Quota { burst: 2, ..QUOTA }).await, Err(()), "another quota of the same key");
        assert_eq!(bench.wait(&LimitKey::new("test", "other"), QUOTA).await, Err(()), "another key");
        bench.clock.advance(TimeDelta::milliseconds(999));
        assert_eq!(bench.wait(&key, QUOTA).await, Ok(Some(59)));
        bench.clock.advance(TimeDelta::milliseconds(1));
        assert_eq!(bench.wait(&key, QUOTA).await, Err(()), "it may have been cleared elsewhere");
    }

    #[tokio::test]
    async fn what_is_cleared_or_refunded_is_asked_again() {
        let (bench, key) = (Bench::new(), LimitKey::new("test", "somebody"));
        assert_eq!(bench.wait(&key, QUOTA).await, Ok(None));
        assert_eq!(bench.wait(&key, QUOTA).await, Ok(Some(60)));
        bench.limits.forget(key).await.expect("memory answers");
        assert_eq!(bench.wait(&key, QUOTA).await, Ok(None));
        assert_eq!(bench.wait(&key, QUOTA).await, Ok(Some(60)));
        bench.limits.refund(&[(key, QUOTA)]).await.expect("memory answers");
        assert_eq!(bench.wait(&key, QUOTA).await, Ok(None));
    }
}
