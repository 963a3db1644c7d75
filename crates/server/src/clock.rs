//! The system's clock.

use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime};

use auth_domain::Timestamp;
use auth_ports::Clock;
use chrono::DurationRound as _;

/// The real time, to the microsecond, which is PostgreSQL's precision.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the adapter that the others take")]
    fn now(&self) -> Timestamp {
        let now = Timestamp::from(SystemTime::now());
        now.duration_trunc(chrono::TimeDelta::microseconds(1)).unwrap_or(now)
    }

    fn monotonic(&self) -> Duration {
        STARTED.elapsed()
    }
}

/// When a monotonic clock was first looked at.
#[expect(clippy::disallowed_methods, reason = "this is the adapter that the others take")]
static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_the_database_keeps() {
        assert!(
            (0..1_000).all(|_| SystemClock.now().timestamp_subsec_nanos().is_multiple_of(1_000)),
            "whole microseconds"
        );
    }

    #[test]
    fn what_is_monotonic_grows() {
        let first = SystemClock.monotonic();
        assert!((0..1_000).all(|_| SystemClock.monotonic() >= first));
    }
}
