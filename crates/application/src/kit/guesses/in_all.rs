//! What all strangers guess together.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use auth_domain::Timestamp;
use auth_domain::limits::{Admission, LimitKey, Quota};
use auth_ports::{Clock, Failure, RateLimiter};
use chrono::TimeDelta;

/// How long the gate is asked after the quota was exceeded.
const HOUR: TimeDelta = TimeDelta::hours(1);

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
    /// Until when the gate is asked, in microseconds since 1970.
    asks_until: Arc<AtomicI64>,
}

impl InAll {
    /// Builds it from its ports. `name` is that of the limit.
    #[must_use]
    pub fn new(limiter: Arc<dyn RateLimiter>, clock: Arc<dyn Clock>, name: &'static str, quota: Option<Quota>) -> Self {
        Self { limiter, clock, name, quota, asks_until: Arc::default() }
    }

    /// Whether there were too many of late.
    pub(crate) fn is_exceeded(&self) -> bool {
        self.asks_at(self.clock.now())
    }

    /// Counts a wrong guess of a stranger.
    pub(crate) async fn count(&self) -> Result<(), Failure> {
        let Some(quota) = self.quota else { return Ok(()) };
        let now = self.clock.now();
        let counted = self.limiter.admit(LimitKey::new(self.name, ""), quota, now).await?;
        if let Admission::Refused { .. } = counted {
            if !self.asks_at(now) {
                tracing::warn!(limit = self.name, allowed = quota.burst, "guesses.too_many_in_all");
            }
            self.asks_until.store((now + HOUR).timestamp_micros(), Ordering::Relaxed);
        }
        Ok(())
    }

    /// An instant that a clock running ahead has left behind counts no longer than an hour.
    fn asks_at(&self, now: Timestamp) -> bool {
        let until = self.asks_until.load(Ordering::Relaxed);
        (now.timestamp_micros() + 1..=(now + HOUR).timestamp_micros()).contains(&until)
    }
}
