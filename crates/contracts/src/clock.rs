//! A clock that stands still until a test moves it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use auth_domain::Timestamp;
use auth_ports::Clock;
use chrono::TimeDelta;

use crate::samples;

/// A clock that shows the instant that the test chose. Clones show the same instant.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<Mutex<Hands>>);

#[derive(Debug, Clone, Copy)]
struct Hands {
    now: Timestamp,
    monotonic: Duration,
}

impl ManualClock {
    /// Makes a clock that shows [`samples::start`].
    #[must_use]
    pub fn new() -> Self {
        Self::at(samples::start())
    }

    /// Makes a clock that shows this instant.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(Hands { now, monotonic: Duration::ZERO })))
    }

    /// Lets this span pass.
    pub fn advance(&self, span: TimeDelta) {
        let mut hands = self.hands();
        hands.now += span;
        hands.monotonic += span.to_std().unwrap_or_default();
    }

    /// Sets the clock to this instant, which may lie in the future or in the past. No time passes.
    pub fn set(&self, now: Timestamp) {
        self.hands().now = now;
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.hands().now
    }

    fn monotonic(&self) -> Duration {
        self.hands().monotonic
    }
}
