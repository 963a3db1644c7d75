//! What all strangers guess together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use auth_domain::limits::{Admission, LimitKey, Quota};
use auth_ports::{Clock, Failure, Happened, RateLimiter};

use crate::kit::{CLOCK_SKEW, Tally};

/// How long the gate is asked after the quota was exceeded.
const HOUR: Duration = Duration::from_secs(3600);

/// Counts the wrong guesses of all strangers. It never refuses anybody: beyond its quota it warns, and for an hour the bot
/// gate is asked before every stranger's guess. Cheap to clone; clones share what they know.
///
/// The counter is everybody's and would be a hot row if every guess counted. Only wrong ones do, and an instance learns
/// that there are too many when it counts one of its own.
#[derive(Clone)]
pub struct InAll {
    limiter: Arc<dyn RateLimiter>,
    clock: Arc<dyn Clock>,
    name: &'static str,
    /// `None` means no limit.
    quota: Option<Quota>,
    /// Until when the gate is asked, in microseconds of the monotonic time.
    asks_until: Arc<AtomicU64>,
    tally: Tally,
}

impl InAll {
    /// Builds it from its ports. `name` is that of the limit.
    #[must_use]
    pub fn new(limiter: Arc<dyn RateLimiter>, clock: Arc<dyn Clock>, name: &'static str, quota: Option<Quota>) -> Self {
        Self { limiter, clock, name, quota, asks_until: Arc::default(), tally: Tally::default() }
    }

    /// The same, which also counts the guesses beyond its quota.
    #[must_use]
    pub fn counting(self, tally: Tally) -> Self {
        Self { tally, ..self }
    }

    /// Whether there were too many of late.
    pub(crate) fn is_exceeded(&self) -> bool {
        self.elapsed() < self.asks_until.load(Ordering::Relaxed)
    }

    /// Counts a wrong guess of a stranger.
    pub(crate) async fn count(&self) -> Result<(), Failure> {
        let Some(quota) = self.quota else { return Ok(()) };
        if let Admission::Refused { .. } = self.admit(quota).await? {
            self.tally.count(Happened::LimitAsked(self.name));
            if !self.is_exceeded() {
                tracing::warn!(limit = self.name, allowed = quota.burst, "guesses.too_many_in_all");
            }
            self.asks_until.store(self.elapsed() + micros(HOUR), Ordering::Relaxed);
        }
        Ok(())
    }

    async fn admit(&self, quota: Quota) -> Result<Admission, Failure> {
        let (key, now) = (LimitKey::new(self.name, ""), self.clock.now());
        match self.limiter.admit(key, quota, now).await? {
            // A clock that ran ahead has counted it, and it would refuse until that time comes.
            Admission::Refused { retry_after } if retry_after > quota.interval() + CLOCK_SKEW => {
                self.limiter.forget(key).await?;
                self.limiter.admit(key, quota, now).await
            }
            counted => Ok(counted),
        }
    }

    fn elapsed(&self) -> u64 {
        micros(self.clock.monotonic())
    }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use auth_contracts::ManualClock;
    use auth_memory::MemoryStores;
    use chrono::TimeDelta;

    use super::*;

    /// Otherwise the gate would be asked until the time comes that the clock showed.
    #[tokio::test]
    async fn what_a_clock_that_ran_ahead_has_counted_asks_nobody() {
        let clock = ManualClock::new();
        let quota = Quota { burst: 2, per: TimeDelta::days(1) };
        let in_all = InAll::new(Arc::new(MemoryStores::new()), Arc::new(clock.clone()), "sample", Some(quota));
        clock.advance(TimeDelta::days(10));
        for is_exceeded in [false, false, true] {
            in_all.count().await.expect("the store works");
            assert_eq!(in_all.is_exceeded(), is_exceeded);
        }
        clock.advance(TimeDelta::days(-10));
        let in_all = InAll { asks_until: Arc::default(), ..in_all };
        for is_exceeded in [false, false, true] {
            in_all.count().await.expect("the store works");
            assert_eq!(in_all.is_exceeded(), is_exceeded, "when the clock was put right");
        }
    }
}
