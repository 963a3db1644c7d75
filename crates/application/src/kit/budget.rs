//! Budgets: how often something may be done by or to an account, a network or an address. Whatever is limited is counted
//! here, in one way.

use std::sync::Arc;

use auth_domain::accounts::UserId;
use auth_domain::captcha::Asked;
use auth_domain::limits::{Counted, LimitKey, Quota};
use auth_domain::origin::Origin;
use auth_ports::{Clock, Failure, Halt, Halted as _, Happened, RateLimiter, refuse};
use chrono::TimeDelta;

use crate::kit::gate::{Gate, GateRefusal};
use crate::kit::limit::{Charge, Limit};
use crate::kit::reached::{Left, Reached, TooOften};
use crate::kit::{CLOCK_SKEW, Tally};

/// Counts what is done against limits. Cheap to clone.
///
/// A limit has a soft quota and a hard one, which has the same trickle out of a deeper bucket. What the soft ones admit
/// is done. Beyond them the bot gate is asked, and the hard ones decide about whatever passes it.
#[derive(Clone)]
pub struct Budget {
    limiter: Arc<dyn RateLimiter>,
    clock: Arc<dyn Clock>,
    gate: Gate,
    /// How many times as deep as the soft quotas the hard ones are.
    depth: u32,
    tally: Tally,
}

/// Which of a limit's two quotas is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    Soft,
    Hard,
}

/// Why something is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverBudget {
    /// It must pass the bot gate first.
    Gate(GateRefusal),
    /// It happened too often.
    TooOften(TooOften),
}

/// What was counted, so that it can be taken back.
#[derive(Debug, Default)]
pub struct Spent {
    limits: Vec<(LimitKey, Quota)>,
    /// What is left of the first limit.
    pub left: Option<Left>,
}

impl Budget {
    /// Builds it from its ports. The hard quotas are `depth` times as deep as the soft ones; with 1 they are the same.
    #[must_use]
    pub fn new(limiter: Arc<dyn RateLimiter>, clock: Arc<dyn Clock>, gate: Gate, depth: u32) -> Self {
        Self { limiter, clock, gate, depth: depth.max(1), tally: Tally::default() }
    }

    /// The same, which also counts the limits that are reached.
    #[must_use]
    pub fn counting(self, tally: Tally) -> Self {
        Self { tally, ..self }
    }

    /// The clock that it counts by.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    /// A budget that has a single limit.
    #[must_use]
    pub fn limited(&self, limit: Limit) -> Limited {
        Limited { budget: self.clone(), limit }
    }

    /// Counts one occurrence against all of these limits, or against none if one of them refuses.
    ///
    /// # Errors
    /// [`OverBudget`], or the failure of a port.
    pub async fn spend(
        &self,
        origin: &Origin,
        charges: impl IntoIterator<Item = Charge>,
    ) -> Result<Spent, Halt<OverBudget>> {
        let charges: Vec<_> = charges.into_iter().collect();
        if charges.is_empty() {
            return Ok(Spent::default());
        }
        match self.count(&charges, Bound::Soft).await {
            Err(Halt::Refused(over)) if self.has_more(&charges, over.reached) => {
                self.tally.count(Happened::LimitAsked(over.reached.name));
                self.pass_gate(origin).await.refused_as(OverBudget::Gate)?;
                self.counted(self.count(&charges, Bound::Hard).await).refused_as(OverBudget::TooOften)
            }
            counted => self.counted(counted).refused_as(OverBudget::TooOften),
        }
    }

    /// Counts one occurrence against the soft quotas of both lists in one statement. Returns `None`, and counts nothing, if
    /// one of them refuses, or if a list is empty.
    pub(crate) async fn spend_both(
        &self,
        one: Vec<Charge>,
        other: Vec<Charge>,
    ) -> Result<Option<(Spent, Spent)>, Failure> {
        if one.is_empty() || other.is_empty() {
            return Ok(None);
        }
        let number = one.len();
        let counted = self.count(&[one, other].concat(), Bound::Soft).await.decided()?;
        Ok(counted.ok().map(|mut spent| {
            let limits = spent.limits.split_off(number);
            (spent, Spent { limits, left: None })
        }))
    }

    /// Counts a refusal that is final.
    fn counted<T>(&self, decided: Result<T, Halt<TooOften>>) -> Result<T, Halt<TooOften>> {
        if let Err(Halt::Refused(TooOften { reached, .. })) = &decided {
            self.tally.count(Happened::LimitRefused(reached.name));
        }
        decided
    }

    /// Counts the same without asking the bot gate: only what goes beyond a hard quota is refused.
    pub(crate) async fn spend_unasked(&self, charges: Vec<Charge>) -> Result<Spent, Halt<TooOften>> {
        if charges.is_empty() {
            return Ok(Spent::default());
        }
        self.counted(self.count(&charges, Bound::Hard).await)
    }

    /// Lets a request go beyond a soft limit if it passes the bot gate.
    ///
    /// # Errors
    /// [`GateRefusal`], or the failure of a port.
    pub async fn pass_gate(&self, origin: &Origin) -> Result<(), Halt<GateRefusal>> {
        self.gate.pass(origin, Asked::OverLimit).await
    }

    /// Counts what no request causes, or what leads to the bot gate, so that nobody could pass it: the soft quotas decide.
    pub(crate) async fn spend_without_request(
        &self,
        charges: impl IntoIterator<Item = Charge>,
    ) -> Result<(), Halt<TooOften>> {
        let charges: Vec<_> = charges.into_iter().collect();
        if charges.is_empty() {
            return Ok(());
        }
        self.counted(self.count(&charges, Bound::Soft).await).map(drop)
    }

    /// Takes back what was counted.
    ///
    /// # Errors
    /// The failure of a port.
    pub async fn refund(&self, spent: &Spent) -> Result<(), Failure> {
        if spent.limits.is_empty() { Ok(()) } else { self.limiter.refund(&spent.limits).await }
    }

    /// Clears what limits have counted, each for its party.
    ///
    /// # Errors
    /// The failure of a port.
    pub async fn forget(&self, charges: impl IntoIterator<Item = Charge>) -> Result<(), Failure> {
        let keys: Vec<_> = charges.into_iter().map(|charge| charge.key).collect();
        if keys.is_empty() { Ok(()) } else { self.limiter.forget_all(&keys).await }
    }

    async fn count(&self, charges: &[Charge], bound: Bound) -> Result<Spent, Halt<TooOften>> {
        let now = self.clock.now();
        let limits: Vec<_> = charges.iter().map(|charge| (charge.key, self.quota(charge, bound))).collect();
        let reached = |limit: usize| Reached { name: charges[limit].name, quota: limits[limit].1 };
        for _ in 0..=limits.len() {
            match self.limiter.admit_all(&limits, now).await? {
                Counted::Admitted(full_at) => {
                    let left = full_at.first().map(|at| Left {
                        of: reached(0),
                        remaining: limits[0].1.remaining(*at, now),
                        full_after: *at - now,
                    });
                    return Ok(Spent { limits, left });
                }
                Counted::Refused { limit, retry_after } if retry_after <= self.longest_wait(&charges[limit], bound) => {
                    return refuse(TooOften { retry_after, reached: reached(limit) });
                }
                // It was counted by a clock that ran ahead, and would refuse until that time comes. The next turn
                // finds one such limit less.
                Counted::Refused { limit, .. } => self.limiter.forget(limits[limit].0).await?,
            }
        }
        Err(Failure::unavailable("the clock of another instance runs ahead").into())
    }

    fn quota(&self, charge: &Charge, bound: Bound) -> Quota {
        match bound {
            Bound::Soft => charge.quota,
            Bound::Hard => charge.quota.deepened(self.depth_of(charge)),
        }
    }

    fn depth_of(&self, charge: &Charge) -> u32 {
        charge.depth.times(self.depth)
    }

    /// Whether the limit that was reached has a hard quota above its soft one. Otherwise nobody need pass the gate to be
    /// refused.
    fn has_more(&self, charges: &[Charge], reached: Reached) -> bool {
        charges.iter().any(|charge| charge.name == reached.name && self.depth_of(charge) > 1)
    }

    /// How long a limit makes wait at most. No instant that is stored lies further ahead than the period of the hard
    /// quota.
    fn longest_wait(&self, charge: &Charge, bound: Bound) -> TimeDelta {
        let (hard, quota) = (self.quota(charge, Bound::Hard), self.quota(charge, bound));
        hard.per - quota.per + quota.interval() + CLOCK_SKEW
    }
}

/// A budget that has a single limit. Cheap to clone.
#[derive(Clone)]
pub struct Limited {
    budget: Budget,
    limit: Limit,
}

impl Limited {
    /// Counts one occurrence for the network of a request, and for the wider ones around it.
    ///
    /// # Errors
    /// [`OverBudget`], or the failure of a port.
    pub async fn spend(&self, origin: &Origin) -> Result<Spent, Halt<OverBudget>> {
        self.budget.spend(origin, self.limit.of_network(origin.network)).await
    }

    /// Counts one occurrence for an account.
    ///
    /// # Errors
    /// [`OverBudget`], or the failure of a port.
    pub async fn spend_of(&self, user: UserId, origin: &Origin) -> Result<Spent, Halt<OverBudget>> {
        self.budget.spend(origin, self.limit.of_account(user)).await
    }
}

#[cfg(test)]
mod tests {
    use auth_contracts::ManualClock;
    use auth_contracts::samples::{sample_origin, unique};
    use auth_domain::captcha::{GateMode, GateRules};
    use auth_domain::keyed_hash::ServerKey;
    use auth_domain::origin::Network;
    use auth_domain::secret_bytes::SecretBytes;
    use auth_memory::MemoryStores;

    use super::*;

    const QUOTA: Quota = Quota { burst: 2, per: TimeDelta::seconds(60) };

    struct Bench {
        budget: Budget,
        clock: ManualClock,
    }

    impl Bench {
        fn new(depth: u32) -> Self {
            let clock = ManualClock::new();
            let (stores, key) = (Arc::new(MemoryStores::new()), ServerKey::new(SecretBytes::new([1; 32])));
            let rules = GateRules { mode: GateMode::Off, ..GateRules::default() };
            let gate = Gate::new(stores.clone(), Arc::new(clock.clone()), key, rules);
            let budget = Budget::new(stores, Arc::new(clock.clone()), gate, depth);
            Self { budget, clock }
        }

        /// How many are admitted at once for a network.
        async fn at_once(&self, limited: &Limited, address: &str) -> usize {
            let origin = Origin { network: Network::of(address.parse().expect(address)), ..sample_origin() };
            let mut admitted = 0;
            while limited.spend(&origin).await.is_ok() {
                admitted += 1;
            }
            admitted
        }
    }

    fn limit() -> Limit {
        Limit::new("sample", Some(QUOTA))
    }

    #[tokio::test]
    async fn the_hard_limit_is_deeper_and_has_the_same_trickle() {
        let bench = Bench::new(4);
        let limited = bench.budget.limited(limit());
        assert_eq!(bench.at_once(&limited, "192.0.2.1").await, 8);
        bench.clock.advance(TimeDelta::seconds(60));
        assert_eq!(bench.at_once(&limited, "192.0.2.1").await, 2);
    }

    #[tokio::test]
    async fn neighbours_share_a_limit_of_their_own() {
        let bench = Bench::new(1);
        let limited = bench.budget.limited(limit());
        for (address, admitted) in [
            ("192.0.2.1", 2),
            ("192.0.2.2", 2),
            ("192.0.2.3", 0),
            ("192.0.3.1", 2),
            ("2001:db8:1:100::1", 2),
            ("2001:db8:1:101::1", 2),
            ("2001:db8:1:102::1", 0),
            ("2001:db8:1:200::1", 0),
            ("2001:db8:2:200::1", 2),
        ] {
            assert_eq!(bench.at_once(&limited, address).await, admitted, "{address}");
        }
    }

    #[tokio::test]
    async fn a_network_has_half_of_what_there_is_for_one_party() {
        for (depth, part) in [(1, 2), (2, 2), (4, 4), (6, 6)] {
            let bench = Bench::new(depth);
            let mut admitted = Vec::new();
            for address in ["192.0.2.1", "192.0.2.9", "198.51.100.1", "2001:db8::1"] {
                let origin = Origin { network: Network::of(address.parse().expect(address)), ..sample_origin() };
                let mut count = 0;
                while bench.budget.spend(&origin, limit().of_all_and_network("ann", origin.network)).await.is_ok() {
                    count += 1;
                }
                admitted.push(count);
            }
            assert_eq!(admitted[..2], [part, 0], "{depth}: neighbours have one part together");
            assert_eq!(admitted.iter().sum::<u32>(), 2 * depth, "{depth}: others have the rest");
        }
    }

    #[tokio::test]
    async fn a_refusal_names_the_limit_and_the_wait() {
        let bench = Bench::new(1);
        let charge = || limit().of(&unique().to_string());
        let (one, other) = (charge(), charge());
        let both = || [one, other].into_iter().flatten();
        let reached = Reached { name: "sample", quota: QUOTA };
        for (remaining, seconds) in [(1, 30), (0, 60)] {
            let spent = bench.budget.spend(&sample_origin(), both()).await.expect("admitted");
            assert_eq!(spent.left, Some(Left { of: reached, remaining, full_after: TimeDelta::seconds(seconds) }));
        }
        let refused = TooOften { retry_after: TimeDelta::seconds(30), reached };
        let refusal = bench
            .budget
            .spend(&sample_origin(), both())
            .await
            .decided()
            .expect("the store works")
            .expect_err("refused");
        assert_eq!(refusal, OverBudget::TooOften(refused));
    }

    #[tokio::test]
    async fn what_was_spent_can_be_taken_back() {
        let bench = Bench::new(1);
        let charge = limit().of("somebody");
        for _ in 0..5 {
            let spent = bench.budget.spend(&sample_origin(), charge).await.expect("admitted");
            bench.budget.refund(&spent).await.expect("the store works");
        }
        for _ in 0..2 {
            bench.budget.spend(&sample_origin(), charge).await.expect("nothing is left of those that were taken back");
        }
        bench.budget.spend(&sample_origin(), charge).await.expect_err("two of two");
        bench.budget.forget(charge).await.expect("the store works");
        bench.budget.spend(&sample_origin(), charge).await.expect("it was forgotten");
    }

    #[tokio::test]
    async fn a_clock_that_ran_ahead_locks_nobody_out() {
        for (depth, admitted) in [(1, 2), (4, 8)] {
            let bench = Bench::new(depth);
            let limited = bench.budget.limited(limit());
            bench.clock.advance(TimeDelta::days(10));
            assert_eq!(bench.at_once(&limited, "192.0.2.1").await, admitted);
            bench.clock.advance(TimeDelta::days(-10));
            assert_eq!(bench.at_once(&limited, "192.0.2.1").await, admitted, "as if nothing had been counted");
            // Another instance, whose clock differs by a little, goes on counting.
            bench.clock.advance(TimeDelta::seconds(-5));
            assert_eq!(bench.at_once(&limited, "192.0.2.1").await, 0);
        }
    }

    #[tokio::test]
    async fn without_a_limit_nothing_is_counted() {
        let bench = Bench::new(1);
        let limited = bench.budget.limited(Limit::new("sample", None));
        for _ in 0..100 {
            limited.spend(&sample_origin()).await.expect("no limit");
        }
    }
}
