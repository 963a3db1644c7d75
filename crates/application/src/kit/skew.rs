//! By how much the clocks of instances may differ.

use chrono::TimeDelta;

/// Before a stored instant is not believed.
pub(crate) const CLOCK_SKEW: TimeDelta = TimeDelta::seconds(5);
/// Before one instance takes for due what another has leased or put off. That would deliver twice, whereas what a clock that
/// ran ahead by less has stored waits only so much longer.
pub(crate) const LEASE_SKEW: TimeDelta = TimeDelta::minutes(5);
