//! A clock that stands still until it is told otherwise.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use auth_domain::Timestamp;
use auth_ports::Clock;
use chrono::TimeDelta;

use crate::samples;

/// Shows the instant that the test chose. Clones show the same.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<Mutex<Timestamp>>);

impl ManualClock {
    /// Stands at [`samples::start`].
    #[must_use]
    pub fn new() -> Self {
        Self::at(samples::start())
    }

    /// Stands at this instant.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    /// Moves on.
    pub fn advance(&self, span: TimeDelta) {
        *self.hands() += span;
    }

    /// Jumps, forwards or backwards.
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
