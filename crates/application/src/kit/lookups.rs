//! How often the store is asked about requests that are refused unless it says otherwise.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use auth_domain::limits::LimitKey;
use auth_ports::Clock;

/// How many look-ups there may be for one party at once.
const AT_ONCE: u32 = 10;
/// How often one more is possible.
const INTERVAL: Duration = Duration::from_millis(100);
/// The number of parties from which on those whose look-ups are all possible again are removed.
const SWEPT_FROM: usize = 1024;

/// Counts look-ups for each party that causes them. It counts in memory, for this process alone: they need a bound, and
/// counting them in the store would cost as much as they do.
pub(crate) struct Lookups {
    clock: Arc<dyn Clock>,
    parties: Mutex<Parties>,
}

#[derive(Default)]
struct Parties {
    /// When all look-ups of a party are possible again, by the monotonic clock.
    full_at: HashMap<LimitKey, Duration>,
    sweep_at: usize,
}

impl Lookups {
    /// Counts by this clock.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, parties: Mutex::default() }
    }

    /// Whether this party may cause one more, which is counted then.
    pub(crate) fn admit(&self, whom: &str) -> bool {
        let (key, now) = (LimitKey::new("lookups", whom), self.clock.monotonic());
        let mut parties = self.parties.lock().unwrap_or_else(PoisonError::into_inner);
        let full_at = parties.full_at.get(&key).map_or(now, |at| now.max(*at)) + INTERVAL;
        if full_at > now + INTERVAL * AT_ONCE {
            return false;
        }
        if parties.full_at.len() >= parties.sweep_at.max(SWEPT_FROM) {
            parties.full_at.retain(|_, at| *at > now);
            parties.sweep_at = 2 * parties.full_at.len();
        }
        parties.full_at.insert(key, full_at);
        true
    }
}

#[cfg(test)]
mod tests {
    use auth_contracts::ManualClock;
    use chrono::TimeDelta;

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
        for n in 0..10 * SWEPT_FROM {
            assert!(lookups.admit(&n.to_string()), "{n}");
            clock.advance(TimeDelta::milliseconds(1));
        }
        assert!(lookups.parties.lock().expect("not poisoned").full_at.len() <= SWEPT_FROM);
    }
}
