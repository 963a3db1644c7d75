//! Instants.

use auth_domain::Timestamp;
use chrono::{DateTime, TimeDelta};

/// When samples are made and manual clocks start. It is not a whole second, which exposes a store
/// that keeps only seconds.
#[must_use]
pub fn start() -> Timestamp {
    DateTime::from_timestamp(1_800_000_000, 123_456_000).expect("in range")
}

/// This many seconds after [`start`].
#[must_use]
pub fn at(seconds: i64) -> Timestamp {
    start() + TimeDelta::seconds(seconds)
}

/// The last instant before this one.
#[must_use]
pub fn just_before(instant: Timestamp) -> Timestamp {
    instant - TimeDelta::microseconds(1)
}
