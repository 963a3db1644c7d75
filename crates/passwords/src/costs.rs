//! How long checks take, by the format and parameters of the stored hash, so that a refusal does not tell which one it
//! was compared with.
//!
//! Unknown names are compared with a hash of today's cost. Accounts may have others: imported ones, and those from before
//! the parameters were changed. Where there are any, a refusal is given at the next of the instants that lie twice the
//! slowest check apart, counted from when the check began. Where the length of the password matters, the check of the
//! longest one is meant. Nearly all checks end before the first of these instants. A right password is answered at once,
//! since whoever knows it knows the account.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The most costs that are remembered. Formats have bounds, so this is more than a store holds.
const MOST: usize = 64;
/// The weight of what was measured before against one more measurement.
const WEIGHT: u32 = 7;

/// How long checks take on average, by cost.
#[derive(Default)]
pub(crate) struct Costs(Mutex<BTreeMap<String, Duration>>);

impl Costs {
    /// Notes how long a check of a hash of this cost took, or would have taken with the longest password.
    pub(crate) fn learn(&self, cost: &str, took: Duration) {
        let mut averages = self.lock();
        if let Some(average) = averages.get_mut(cost) {
            *average = (*average * WEIGHT + took) / (WEIGHT + 1);
        } else if averages.len() < MOST {
            averages.insert(cost.to_owned(), took);
        }
    }

    /// When a check that began at `began` and ends now may be answered with a refusal. `None`: at once.
    pub(crate) fn refused_at(&self, began: Instant, now: Instant) -> Option<Instant> {
        let averages = self.lock();
        if averages.len() < 2 {
            return None;
        }
        let step = averages.values().max().copied().unwrap_or_default() * 2;
        let elapsed = now.saturating_duration_since(began).as_nanos();
        let steps = elapsed.div_ceil(step.as_nanos().max(1)).max(1);
        Some(began + step * u32::try_from(steps).unwrap_or(u32::MAX))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Duration>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: &str = "$argon2id$v=19$m=19456,t=2,p=1";
    const BCRYPT: &str = "$2b$12$";
    const PBKDF2: &str = "$pbkdf2-sha256$i=1000,l=32";

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn refusals_do_not_tell_what_the_hash_costs() {
        let (costs, began) = (Costs::default(), Instant::now());
        let refused_after = |took: u64| costs.refused_at(began, began + millis(took)).map(|at| at - began);
        for hash in [TODAY, TODAY] {
            costs.learn(hash, millis(20));
        }
        assert_eq!(refused_after(20), None, "all cost the same");
        costs.learn(PBKDF2, millis(1));
        assert_eq!([0, 1, 20, 40].map(refused_after), [Some(millis(40)); 4], "a cheaper one");
        costs.learn(BCRYPT, millis(250));
        assert_eq!([1, 20, 250, 500].map(refused_after), [Some(millis(500)); 4], "a dearer one");
        assert_eq!(refused_after(501), Some(millis(1000)), "a check that was held up");
    }

    #[test]
    fn one_check_that_was_held_up_is_soon_forgotten() {
        let (costs, began) = (Costs::default(), Instant::now());
        costs.learn(BCRYPT, millis(9_000));
        for _ in 0..40 {
            costs.learn(BCRYPT, millis(250));
            costs.learn(TODAY, millis(20));
        }
        let after = costs.refused_at(began, began).map(|at| at - began);
        assert!(after.is_some_and(|after| (millis(500)..millis(600)).contains(&after)), "{after:?}");
    }

    #[test]
    fn hostile_imports_do_not_fill_the_memory() {
        let costs = Costs::default();
        for number in 0..1_000 {
            costs.learn(&format!("$pbkdf2-sha256$i={number}"), millis(1));
        }
        assert_eq!(costs.lock().len(), MOST);
    }
}
