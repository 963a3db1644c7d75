//! How many requests of one network are worked on at the same time.
//!
//! Whoever asks for much at once would otherwise fill the queues that everybody waits in, such as that for the database,
//! where first come is first served. The requests of a network beyond the bound wait for those before them, and for
//! nobody else's. Each process counts for itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use auth_domain::origin::Network;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many times as much as one network it may have together with its neighbours (IPv4 /24, IPv6 /48), which may be one
/// customer's.
const NEIGHBOURS: usize = 4;

/// Bounds the requests of each network that are worked on.
pub struct InProgress {
    most: usize,
    networks: Mutex<HashMap<Network, Known>>,
}

/// A network of which there are requests.
struct Known {
    turns: Arc<Semaphore>,
    /// Its requests, whether they wait or not.
    requests: usize,
}

/// The place of a request that is worked on. It is free again when this is dropped.
pub(crate) struct Place {
    _of_network: Turn,
    _of_neighbours: Option<Turn>,
}

/// One of the turns of a network, or the wait for one.
struct Turn {
    all: Arc<InProgress>,
    network: Network,
    /// `None` while it waits.
    permit: Option<OwnedSemaphorePermit>,
}

impl InProgress {
    /// Allows each network this many at once.
    #[must_use]
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most: most.max(1), networks: Mutex::default() })
    }

    /// Waits for a place.
    pub(crate) async fn enter(self: Arc<Self>, network: Network) -> Place {
        let of_network = self.turn(network, self.most).await;
        let of_neighbours = match network.widest() {
            widest if widest == network => None,
            widest => Some(self.turn(widest, self.most.saturating_mul(NEIGHBOURS)).await),
        };
        Place { _of_network: of_network, _of_neighbours: of_neighbours }
    }

    async fn turn(self: &Arc<Self>, network: Network, most: usize) -> Turn {
        let (mut turn, turns) = self.register(network, most);
        // Nobody closes it.
        turn.permit = turns.acquire_owned().await.ok();
        turn
    }

    fn register(self: &Arc<Self>, network: Network, most: usize) -> (Turn, Arc<Semaphore>) {
        let mut networks = self.lock();
        let known = networks.entry(network).or_insert_with(|| Known {
            turns: Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS))),
            requests: 0,
        });
        known.requests += 1;
        (Turn { all: self.clone(), network, permit: None }, known.turns.clone())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Network, Known>> {
        self.networks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        drop(self.permit.take());
        let mut networks = self.all.lock();
        if let Some(known) = networks.get_mut(&self.network) {
            known.requests -= 1;
            if known.requests == 0 {
                networks.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn network(address: &str) -> Network {
        Network::of(address.parse().expect("an address"))
    }

    #[test]
    fn each_network_waits_for_itself_alone() {
        let all = InProgress::new(2);
        let enter = |address| all.clone().enter(network(address));
        let mut places: Vec<_> = (0..2).map(|_| enter("192.0.2.1").now_or_never().expect("there is a place")).collect();
        let mut third = Box::pin(enter("192.0.2.1"));
        assert!((&mut third).now_or_never().is_none(), "two are worked on");
        let other = enter("198.51.100.1").now_or_never().expect("another network has places of its own");
        drop(places.pop());
        let third = third.now_or_never().expect("its turn has come");
        drop((places, third, other));
        assert!(all.lock().is_empty(), "nothing is kept of networks without requests");
    }

    #[test]
    fn neighbours_have_four_times_as_much_together() {
        for prefix in ["192.0.2.", "2001:db8:1:"] {
            let all = InProgress::new(2);
            let address = |n| if prefix.contains(':') { format!("{prefix}{n}::1") } else { format!("{prefix}{n}") };
            let places: Vec<_> =
                (1..=8).map(|n| all.clone().enter(network(&address(n))).now_or_never().expect("a place")).collect();
            let ninth = all.clone().enter(network(&address(9))).now_or_never();
            assert!(ninth.is_none(), "{prefix} has eight");
            drop((places, ninth));
            assert!(all.lock().is_empty(), "whoever gave up waiting is forgotten, too");
        }
    }
}
