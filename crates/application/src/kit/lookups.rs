//! How often the store is asked about requests that are refused unless it says otherwise.

use std::sync::{Arc, Mutex, PoisonError};

use auth_domain::Timestamp;
use auth_domain::limits::{Admission, LimitKey, Quota};
use auth_ports::Clock;
use chrono::TimeDelta;

use crate::kit::SweptMap;

/// How many look-ups there may be for one party at once, and how soon all of them are possible again.
const QUOTA: Quota = Quota { burst: 10, per: TimeDelta::seconds(1) };

/// Counts look-ups for each party that causes them. It counts in memory, for this process alone: they need a bound, and
/// counting them in the store would cost as much as they do.
pub(crate) struct Lookups {
    clock: Arc<dyn Clock>,
    /// When all look-ups of a party are possible again.
    full_at: Mutex<SweptMap<LimitKey, Timestamp>>,
}

impl Lookups {
    /// Counts by this clock.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, full_at: Mutex::default() }
    }

    /// Whether this party may cause one more, which is counted then.
    pub(crate) fn admit(&self, whom: &str) -> bool {
        // The rule counts in instants. Where they begin does not matter, as long as they are evenly spaced.
        let (key, now) = (LimitKey::new("lookups", whom), Timestamp::UNIX_EPOCH + self.clock.monotonic());
        let mut parties = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let (admission, full_at) = QUOTA.admit(parties.get(&key).copied(), now);
        let is_admitted = matches!(admission, Admission::Admitted);
        if is_admitted {
            parties.insert(key, full_at, |full_at| *full_at <= now);
        }
        is_admitted
    }
}

#[cfg(test)]
mod tests {
    use auth_contracts::ManualClock;

    use super::*;

    #[test]
    fn each_party_has_ten_at_once_and_ten_a_second() {
        let clock = ManualClock::new();
        let lookups = Lookups::new(Arc::new(clock.clone()));
        let admitted = |whom: &str| (0..50).filter(|_| lookups.admit(whom)).count();
        assert_eq!(admitted("somebody"), 10);
        assert_eq!(admitted("somebody else"), 10);
        for (milliseconds, more) in [(99, 0), (1, 1), (500, 5), (60_000, 10)] {
            clock.advance(TimeDelta::milliseconds(milliseconds));
            assert_eq!(admitted("somebody"), more, "after {milliseconds} ms more");
        }
    }

    #[test]
    fn parties_of_the_past_are_forgotten() {
        let clock = ManualClock::new();
        let lookups = Lookups::new(Arc::new(clock.clone()));
        for n in 0..10 * SweptMap::<LimitKey, Timestamp>::SWEPT_FROM {
            assert!(lookups.admit(&n.to_string()), "{n}");
            clock.advance(TimeDelta::milliseconds(1));
        }
        let known = lookups.full_at.lock().expect("not poisoned").count();
        assert!(known <= SweptMap::<LimitKey, Timestamp>::SWEPT_FROM, "{known}");
    }
}
