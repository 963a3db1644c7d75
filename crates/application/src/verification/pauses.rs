//! How long a message waits before it is tried again.

use auth_domain::Timestamp;
use auth_domain::messages::{QueuedContent, QueuedMessage};
use auth_ports::LatestDue;
use chrono::TimeDelta;

use crate::kit::LEASE_SKEW;

/// The first pause after a failure. It doubles each time.
const FIRST: TimeDelta = TimeDelta::seconds(1);
/// The longest pause after a failure.
const LONGEST: TimeDelta = TimeDelta::seconds(60);
/// The longest pause after a failure of a notice, which is tried for much longer than a code.
const LONGEST_OF_NOTICES: TimeDelta = TimeDelta::minutes(15);

/// The pause before the next attempt: it doubles with each, plus up to a quarter, which `share` of 255 chooses, so that many
/// failed messages are not all tried again at once.
pub(super) fn pause_of(message: &QueuedMessage, share: u8) -> TimeDelta {
    let (doublings, longest) = match message.content {
        QueuedContent::Code(_) => (6, LONGEST),
        QueuedContent::Notice(_) => (10, LONGEST_OF_NOTICES),
    };
    let doubled = FIRST * (1 << message.attempts.min(doublings));
    let pause = doubled.min(longest);
    pause + pause / 4 * i32::from(share) / 255
}

/// Until when messages wait at most after what this worker, or one with a clock like ours, stores now. Leases are shorter
/// than the longest pauses.
pub(super) fn latest_due(now: Timestamp) -> LatestDue {
    let latest = |pause: TimeDelta| now + pause + pause / 4 + LEASE_SKEW;
    LatestDue { codes: latest(LONGEST), notices: latest(LONGEST_OF_NOTICES) }
}
