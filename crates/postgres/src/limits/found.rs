//! Limits in their order, and what is found of them.

use auth_domain::Timestamp;
use auth_domain::limits::{LimitKey, Quota};

/// Limits, each once and in the order of their keys.
pub(super) type Limits = Vec<(LimitKey, Quota)>;
/// Keys, and when their whole bursts are available again.
pub(super) type Found = Vec<(Vec<u8>, Timestamp)>;

/// The order makes concurrent calls lock shared rows one after the other and not in a circle.
pub(super) fn in_order(limits: &[(LimitKey, Quota)]) -> Limits {
    let mut limits = limits.to_vec();
    limits.sort_by_key(|(key, _)| *key);
    limits.dedup_by_key(|(key, _)| *key);
    limits
}

pub(super) fn found(rows: &Found, key: LimitKey) -> Option<Timestamp> {
    rows.iter().find(|(found, _)| found[..] == key.as_bytes()[..]).map(|(_, full_at)| *full_at)
}

/// Where a limit stands among those that were named.
pub(super) fn place(named: &[(LimitKey, Quota)], key: LimitKey) -> usize {
    named.iter().position(|(of, _)| *of == key).unwrap_or_default()
}
