//! A clock that stands still until a test moves it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use auth_domain::Timestamp;
use auth_ports::Clock;
use chrono::TimeDelta;

use crate::samples;

/// A clock that shows the instant that the test chose. Clones show the same instant.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<Mutex<Timestamp>>);

impl ManualClock {
    /// Makes a clock that shows [`samples::start`].
    #[must_use]
    pub fn new() -> Self {
        Self::at(samples::start())
    }

    /// Makes a clock that shows this instant.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    /// Moves the clock forwards by this span.
    pub fn advance(&self, span: TimeDelta) {
        *self.hands() += span;
    }

    /// Sets the clock to this instant, which may lie in the future or in the past.
    pub fn set(&self, now: Timestamp) {
        *self.hands() = now;
    }

    fn hands(&self) -> MutexGuard<'_, Timestamp> {
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
        *self.hands()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_only_when_told() {
        let clock = ManualClock::new();
        assert_eq!(clock.now(), samples::start());
        clock.clone().advance(TimeDelta::seconds(3));
        assert_eq!(clock.now(), samples::at(3));
        clock.set(samples::at(1));
        assert_eq!(clock.now(), samples::at(1));
    }
}
