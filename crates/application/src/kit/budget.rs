//! Budgets: how often something may be done by or to an account, a network or an address. Whatever is limited is counted
//! here, in one way.

use std::sync::Arc;

use auth_domain::accounts::UserId;
use auth_domain::limits::{Counted, LimitKey, Quota};
use auth_domain::origin::Origin;
use auth_ports::{Clock, Failure, Halt, Halted as _, RateLimiter, refuse};
use chrono::TimeDelta;

use crate::kit::limit::{Charge, Limit};

/// By how much the clocks of the instances may differ.
const CLOCK_SKEW: TimeDelta = TimeDelta::seconds(5);

/// Counts what is done against limits. Cheap to clone.
///
/// A limit has a soft quota and a hard one, which has the same trickle out of a deeper bucket. What the soft ones admit
/// is done; beyond them, the hard ones decide.
#[derive(Clone)]
pub struct Budget {
    limiter: Arc<dyn RateLimiter>,
    clock: Arc<dyn Clock>,
    /// How many times as deep as the soft quotas the hard ones are.
    depth: u32,
}

/// Why something is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverBudget {
    /// It happened too often.
    TooOften(TooOften),
}

/// Something happened too often to be allowed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooOften {
    /// How long to wait before the next try.
    pub retry_after: TimeDelta,
    /// The limit that was reached.
    pub reached: Reached,
}

/// A limit as clients may see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// Its name.
    pub name: &'static str,
    /// How much it allows.
    pub quota: Quota,
}

/// What was counted, so that it can be taken back.
#[derive(Debug, Default)]
pub struct Spent {
    limits: Vec<(LimitKey, Quota)>,
    /// The narrowest limit, and how much of it is left.
    pub left: Option<(Reached, u32)>,
}

impl Budget {
    /// Builds it from its ports. The hard quotas are `depth` times as deep as the soft ones; with 1 they are the same.
    #[must_use]
    pub fn new(limiter: Arc<dyn RateLimiter>, clock: Arc<dyn Clock>, depth: u32) -> Self {
        Self { limiter, clock, depth: depth.max(1) }
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
        _origin: &Origin,
        charges: impl IntoIterator<Item = Charge>,
    ) -> Result<Spent, Halt<OverBudget>> {
        let charges: Vec<_> = charges.into_iter().collect();
        if charges.is_empty() {
            return Ok(Spent::default());
        }
        self.count(&charges, self.depth).await.refused_as(OverBudget::TooOften)
    }

    /// Takes back what was counted.
    ///
    /// # Errors
    /// The failure of a port.
    pub async fn refund(&self, spent: &Spent) -> Result<(), Failure> {
        if spent.limits.is_empty() { Ok(()) } else { self.limiter.refund(&spent.limits).await }
    }

    /// Clears what a limit has counted for one party.
    ///
    /// # Errors
    /// The failure of a port.
    pub async fn forget(&self, charge: Option<Charge>) -> Result<(), Failure> {
        match charge {
            Some(charge) => self.limiter.forget(charge.key).await,
            None => Ok(()),
        }
    }

    async fn count(&self, charges: &[Charge], depth: u32) -> Result<Spent, Halt<TooOften>> {
        let now = self.clock.now();
        let limits: Vec<_> = charges.iter().map(|charge| (charge.key, charge.quota.deepened(depth))).collect();
        let reached = |limit: usize| Reached { name: charges[limit].name, quota: limits[limit].1 };
        for _ in 0..=limits.len() {
            match self.limiter.admit_all(&limits, now).await? {
                Counted::Admitted(full_at) => {
                    let left = full_at.first().map(|at| (reached(0), limits[0].1.remaining(*at, now)));
                    return Ok(Spent { limits, left });
                }
                Counted::Refused { limit, retry_after } if retry_after <= self.longest_wait(&charges[limit], depth) => {
                    return refuse(TooOften { retry_after, reached: reached(limit) });
                }
                // It was counted by a clock that ran ahead, and would refuse until that time comes. The next turn
                // finds one such limit less.
                Counted::Refused { limit, .. } => self.limiter.forget(limits[limit].0).await?,
            }
        }
        Err(Failure::unavailable("the clock of another instance runs ahead").into())
    }

    /// How long a limit makes wait at most. No instant that is stored lies further ahead than the period of the hard
    /// quota.
    fn longest_wait(&self, charge: &Charge, depth: u32) -> TimeDelta {
        let (hard, quota) = (charge.quota.deepened(self.depth), charge.quota.deepened(depth));
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
    use auth_domain::origin::Network;
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
            let budget = Budget::new(Arc::new(MemoryStores::new()), Arc::new(clock.clone()), depth);
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
    async fn a_refusal_names_the_limit_and_the_wait() {
        let bench = Bench::new(1);
        let charge = || limit().of(&unique().to_string());
        let (one, other) = (charge(), charge());
        let both = || [one, other].into_iter().flatten();
        for left in [1, 0] {
            let spent = bench.budget.spend(&sample_origin(), both()).await.expect("admitted");
            assert_eq!(spent.left, Some((Reached { name: "sample", quota: QUOTA }, left)));
        }
        let reached = Reached { name: "sample", quota: QUOTA };
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
