//! How many requests that may change something each network may make.
//!
//! This is a coarse bound for whatever has none of its own, such as refreshing one session again and again. Each process
//! counts for itself, by its monotonic clock, so that it costs no statement. Finer limits are the use cases' own and
//! hold for all processes together.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use auth_application::kit::SweptMap;
use auth_domain::Timestamp;
use auth_domain::limits::{Admission, Quota};
use auth_domain::origin::Network;
use tokio::time::Instant;

/// How many times as much as one network the widest one around it may do that may be one customer's.
const WIDER: u32 = 2;

/// Counts requests by network.
pub struct Pace {
    quota: Quota,
    started: Instant,
    /// When the whole burst of a network is available again. Idle networks are forgotten.
    full_at: Mutex<SweptMap<Network, Timestamp>>,
}

impl Pace {
    /// Allows each network this many.
    #[must_use]
    pub fn new(quota: Quota) -> Self {
        Self { quota, started: Instant::now(), full_at: Mutex::default() }
    }

    /// Counts one request, or says how long until one more is allowed.
    pub(crate) fn admit(&self, network: Network) -> Result<(), Duration> {
        // The rule counts in instants. Where they begin does not matter, as long as they are evenly spaced.
        let now = Timestamp::UNIX_EPOCH + self.started.elapsed();
        let mut known = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let wider = Some(network.widest()).filter(|widest| *widest != network);
        let wider = wider.map(|widest| (widest, self.quota.widened(WIDER)));
        let limits: Vec<_> = std::iter::once((network, self.quota)).chain(wider).collect();
        let mut next = Vec::with_capacity(limits.len());
        for (network, quota) in limits {
            match quota.admit(known.get(&network).copied(), now) {
                (Admission::Admitted, full_at) => next.push((network, full_at)),
                (Admission::Refused { retry_after }, _) => return Err(retry_after.to_std().unwrap_or_default()),
            }
        }
        for (network, full_at) in next {
            known.insert(network, full_at, |full_at| *full_at <= now);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use chrono::TimeDelta;

    use super::*;

    fn network(address: &str) -> Network {
        Network::of(address.parse().expect("an address"))
    }

    #[tokio::test(start_paused = true)]
    async fn each_customer_has_a_burst_and_then_an_even_trickle() {
        let pace = Pace::new(Quota { burst: 2, per: TimeDelta::seconds(60) });
        let [here, there] = [network("192.0.2.1"), network("192.0.2.2")];
        assert_eq!([pace.admit(here), pace.admit(here)], [Ok(()), Ok(())]);
        assert_eq!(pace.admit(here), Err(Duration::from_secs(30)));
        assert_eq!(pace.admit(there), Ok(()), "another address");
        tokio::time::advance(Duration::from_secs(30)).await;
        assert_eq!(pace.admit(here), Ok(()));
        assert!(pace.admit(here).is_err());
        let of_one_48 = ["2001:db8:7:1::1", "2001:db8:7:1::1", "2001:db8:7:2::1", "2001:db8:7:3::1", "2001:db8:7:4::1"];
        let admitted = of_one_48.map(|address| pace.admit(network(address)).is_ok());
        assert_eq!(admitted, [true, true, true, true, false], "twice as much in all");
    }

    #[tokio::test(start_paused = true)]
    async fn networks_that_are_idle_are_forgotten() {
        let pace = Pace::new(Quota { burst: 2, per: TimeDelta::seconds(60) });
        for number in 0..10_000 {
            pace.admit(Network::of(Ipv4Addr::from_bits(number << 8).into())).expect("the first of its network");
            tokio::time::advance(Duration::from_millis(100)).await;
        }
        let known = pace.full_at.lock().expect("not poisoned").count();
        assert!(
            known <= SweptMap::<Network, Timestamp>::SWEPT_FROM,
            "{known} networks, of which few were there within a minute"
        );
    }
}
