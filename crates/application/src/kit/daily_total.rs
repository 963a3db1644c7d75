//! What all instances may do together in a day.

use std::collections::HashMap;
use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::limits::{Counted, LimitKey, Quota};
use auth_ports::{Clock, Halt, Happened, RateLimiter, refuse};
use chrono::{Days, NaiveTime, TimeDelta};
use tokio::sync::Mutex;

use crate::kit::{Reached, Tally, TooOften};

/// The part of a total that an instance takes at once, one of so many. Meanwhile the others do without it, so this is by
/// how much they may stop too early.
const BLOCKS: u32 = 100;

/// A number that all instances together do not exceed in a day (UTC). Each takes it in blocks, so the row that counts it
/// is written once per block.
pub struct DailyTotal {
    limiter: Arc<dyn RateLimiter>,
    clock: Arc<dyn Clock>,
    name: &'static str,
    /// `None` means no limit.
    most: Option<u32>,
    held: Mutex<HashMap<String, Held>>,
    tally: Tally,
}

/// What this instance holds today.
#[derive(Debug, Clone, Copy)]
struct Held {
    ends_at: Timestamp,
    left: u32,
    past_half: bool,
    /// Whether all blocks are taken.
    is_over: bool,
}

/// One occurrence that was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Taken {
    /// Whether more than half of the total is taken.
    pub(crate) past_half: bool,
}

impl DailyTotal {
    /// Makes a total. `name` is what it counts; `most` is how many there may be in a day, `None` if there is no limit.
    #[must_use]
    pub fn new(limiter: Arc<dyn RateLimiter>, clock: Arc<dyn Clock>, name: &'static str, most: Option<u32>) -> Self {
        Self { limiter, clock, name, most, held: Mutex::default(), tally: Tally::default() }
    }

    /// The same, which also counts what it refuses.
    #[must_use]
    pub fn counting(self, tally: Tally) -> Self {
        Self { tally, ..self }
    }

    /// Counts one occurrence of `what`, such as a country.
    pub(crate) async fn take(&self, what: &str) -> Result<Taken, Halt<TooOften>> {
        let Some(most) = self.most else { return Ok(Taken { past_half: false }) };
        let now = self.clock.now();
        let today = Held { ends_at: end_of_day(now), left: 0, past_half: false, is_over: false };
        // Held while a block is taken: the others would otherwise each take one of their own.
        let mut all = self.held.lock().await;
        let held = all.entry(what.to_owned()).or_insert(today);
        if held.ends_at != today.ends_at {
            *held = today;
        }
        if held.left == 0 && !held.is_over {
            self.take_block(most, what, held).await?;
        }
        match held.left.checked_sub(1) {
            Some(left) => {
                held.left = left;
                Ok(Taken { past_half: held.past_half })
            }
            None => {
                self.tally.count(Happened::LimitRefused(self.name));
                let quota = Quota { burst: most, per: TimeDelta::days(1) };
                refuse(TooOften { retry_after: held.ends_at - now, reached: Reached { name: self.name, quota } })
            }
        }
    }

    /// Gives back one occurrence that was counted and did not happen.
    pub(crate) async fn give_back(&self, what: &str) {
        if let Some(held) = self.held.lock().await.get_mut(what) {
            held.left += 1;
        }
    }

    async fn take_block(&self, most: u32, what: &str, held: &mut Held) -> Result<(), Halt<TooOften>> {
        let block = (most / BLOCKS).max(1);
        let quota = Quota { burst: most / block, per: TimeDelta::days(1) };
        let key = LimitKey::new(self.name, &format!("{what}\0{}", held.ends_at.timestamp()));
        // Always counted at the same instant, so nothing trickles back; at the end of the day, so the row stays for it.
        match self.limiter.admit_all(&[(key, quota)], held.ends_at).await? {
            Counted::Admitted(full_at) => {
                held.left = block;
                let past_half = full_at.first().is_some_and(|at| *at - held.ends_at > quota.per / 2);
                if past_half && !held.past_half {
                    tracing::warn!(total = self.name, what, most, "total.past_half");
                }
                held.past_half = past_half;
            }
            Counted::Refused { .. } => {
                held.is_over = true;
                tracing::warn!(total = self.name, what, most, "total.used_up");
            }
        }
        Ok(())
    }
}

fn end_of_day(now: Timestamp) -> Timestamp {
    (now.date_naive() + Days::new(1)).and_time(NaiveTime::MIN).and_utc()
}

#[cfg(test)]
mod tests {
    use auth_contracts::ManualClock;
    use auth_contracts::samples::at;
    use auth_domain::keyed_hash::ServerKey;
    use auth_domain::secret_bytes::SecretBytes;
    use auth_memory::MemoryStores;
    use auth_ports::Halted as _;

    use super::*;
    use crate::kit::KeyedLimits;

    struct Instances {
        stores: MemoryStores,
        clock: ManualClock,
    }

    impl Instances {
        fn new() -> Self {
            let clock = ManualClock::at(end_of_day(at(0)));
            Self { stores: MemoryStores::new(), clock }
        }

        fn another(&self, most: u32) -> DailyTotal {
            let key = ServerKey::new(SecretBytes::new([1; 32]));
            let limits = KeyedLimits::new(Arc::new(self.stores.clone()), key);
            DailyTotal::new(Arc::new(limits), Arc::new(self.clock.clone()), "sample", Some(most))
        }
    }

    async fn took(total: &DailyTotal, what: &str) -> Option<Taken> {
        total.take(what).await.decided().expect("the store works").ok()
    }

    /// How many are taken until none is left, and how many of them before the warning.
    async fn all(total: &DailyTotal, what: &str) -> (u32, u32) {
        let (mut taken, mut before) = (0, 0);
        while let Some(one) = took(total, what).await {
            taken += 1;
            before += u32::from(!one.past_half);
        }
        (taken, before)
    }

    #[tokio::test]
    async fn a_total_is_exact_but_for_one_block() {
        for (most, expected, warned) in [(1, 1, 0), (10, 10, 5), (100, 100, 50), (1_000, 1_000, 500), (150, 150, 75)] {
            assert_eq!(all(&Instances::new().another(most), "").await, (expected, warned), "{most}");
        }
        let (taken, _) = all(&Instances::new().another(1_999), "").await;
        assert!((1_980..=1_999).contains(&taken), "{taken} of 1999");
    }

    #[tokio::test]
    async fn instances_share_a_total() {
        let instances = Instances::new();
        let replicas = [instances.another(1_000), instances.another(1_000), instances.another(1_000)];
        let mut taken = 0;
        for n in 0..3_000 {
            taken += u32::from(took(&replicas[n % 3], "").await.is_some());
        }
        assert_eq!(taken, 1_000);
        let fourth = instances.another(1_000);
        assert_eq!(took(&fourth, "").await, None);
    }

    #[tokio::test]
    async fn one_that_stops_keeps_a_block_and_no_more() {
        let instances = Instances::new();
        let (stopped, other) = (instances.another(1_000), instances.another(1_000));
        took(&stopped, "").await.expect("the first");
        assert_eq!(all(&other, "").await.0, 990);
    }

    #[tokio::test]
    async fn what_is_counted_apart_has_totals_of_its_own() {
        let total = Instances::new().another(5);
        assert_eq!(all(&total, "86").await.0, 5);
        assert_eq!(all(&total, "44").await.0, 5);
    }

    #[tokio::test]
    async fn a_day_begins_anew_and_not_before() {
        let instances = Instances::new();
        let total = instances.another(10);
        assert_eq!(all(&total, "").await.0, 10);
        instances.clock.advance(TimeDelta::seconds(86_399));
        let refusal = total.take("").await.decided().expect("the store works").expect_err("used up");
        assert_eq!(refusal.retry_after, TimeDelta::seconds(1));
        assert_eq!(took(&instances.another(10), "").await, None, "an instance that has just started");
        instances.clock.advance(TimeDelta::seconds(1));
        assert_eq!(all(&total, "").await.0, 10);
    }

    #[tokio::test]
    async fn what_did_not_happen_is_given_back() {
        let total = Instances::new().another(3);
        for _ in 0..9 {
            took(&total, "").await.expect("given back");
            total.give_back("").await;
        }
        assert_eq!(all(&total, "").await.0, 3);
    }

    #[tokio::test]
    async fn without_a_limit_nothing_is_counted() {
        let instances = Instances::new();
        let total = DailyTotal { most: None, ..instances.another(1) };
        for _ in 0..100 {
            assert_eq!(took(&total, "").await, Some(Taken { past_half: false }));
        }
    }
}
