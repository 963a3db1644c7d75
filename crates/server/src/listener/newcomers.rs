//! In which order newcomers are taken in.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use auth_domain::origin::Network;
use tokio::sync::{Notify, oneshot};
use tokio::task::yield_now;
use tokio::time::Instant;

/// How many connections a thread takes in before its other tasks have a turn.
const AT_ONCE: usize = 8;
/// The same while the other tasks need more time for theirs than [`SHORT`]: newcomers would only add to what waits.
const AT_ONCE_IF_BUSY: usize = 1;
const SHORT: Duration = Duration::from_millis(1);

/// The connections that one thread is to take in.
///
/// A thread does what is to be done in the order in which it came. So whoever opens thousands of connections within a
/// moment would keep everybody waiting who comes after. Here newcomers wait for cheap, before anything is set up for
/// them. Networks take turns, and between a few of them the thread does its other work.
#[derive(Default)]
pub(super) struct Newcomers {
    waiting: RefCell<Turns<Turns<VecDeque<oneshot::Sender<()>>>>>,
    /// How many have been taken in since other tasks had a turn.
    taken: Cell<usize>,
    /// How many may be, until then.
    most: Cell<usize>,
    is_due: Notify,
}

impl Newcomers {
    /// Waits until it is the turn of somebody who comes from this network.
    pub(super) async fn turn(&self, network: Network) {
        if self.taken.get() == 0 {
            self.most.set(AT_ONCE);
            self.is_due.notify_one();
        }
        if self.taken.get() < self.most.get() {
            self.taken.set(self.taken.get() + 1);
            return;
        }
        let (call, called) = oneshot::channel();
        self.waiting.borrow_mut().push((network.widest(), (network, ())), call);
        // It is an error that nobody calls any more: the thread ends.
        let _ = called.await;
    }

    /// Calls newcomers, for ever. To be run on their thread.
    pub(super) async fn run(self: Rc<Self>) {
        loop {
            self.is_due.notified().await;
            while self.taken.get() > 0 {
                let began = Instant::now();
                yield_now().await;
                let is_busy = began.elapsed() > SHORT;
                self.call_next(if is_busy { AT_ONCE_IF_BUSY } else { AT_ONCE });
            }
        }
    }

    fn call_next(&self, most: usize) {
        let mut called = 0;
        while called < most {
            let Some(next) = self.waiting.borrow_mut().pop() else { break };
            // Whoever has gone meanwhile takes no turn.
            called += usize::from(next.send(()).is_ok());
        }
        self.taken.set(called);
        self.most.set(most);
    }
}

/// What waits in lanes.
trait Line: Default {
    type Lane;
    type Item;

    fn push(&mut self, lane: Self::Lane, item: Self::Item);
    fn pop(&mut self) -> Option<Self::Item>;
    fn is_empty(&self) -> bool;
}

impl<T> Line for VecDeque<T> {
    type Lane = ();
    type Item = T;

    fn push(&mut self, (): (), item: T) {
        self.push_back(item);
    }

    fn pop(&mut self) -> Option<T> {
        self.pop_front()
    }

    fn is_empty(&self) -> bool {
        VecDeque::is_empty(self)
    }
}

/// Lines of networks that take turns.
#[derive(Default)]
struct Turns<L> {
    lines: HashMap<Network, L>,
    /// The networks that have a line, in the order of their turns.
    order: VecDeque<Network>,
}

impl<L: Line> Line for Turns<L> {
    type Lane = (Network, L::Lane);
    type Item = L::Item;

    fn push(&mut self, (network, lane): Self::Lane, item: L::Item) {
        let line = self.lines.entry(network).or_insert_with(|| {
            self.order.push_back(network);
            L::default()
        });
        line.push(lane, item);
    }

    fn pop(&mut self) -> Option<L::Item> {
        let network = self.order.pop_front()?;
        let line = self.lines.get_mut(&network)?;
        let item = line.pop();
        if line.is_empty() {
            self.lines.remove(&network);
        } else {
            self.order.push_back(network);
        }
        item
    }

    fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::task::{LocalSet, spawn_local};

    use super::*;

    const FLOOD: &str = "192.0.2.1";
    const NEIGHBOUR: &str = "192.0.2.2";
    const OTHER: &str = "198.51.100.1";

    fn network(address: &str) -> Network {
        Network::of(address.parse().expect("an address"))
    }

    /// Lets these come in this order, and returns how many were taken in while each of them waited.
    async fn waits(arrivals: Vec<&'static str>) -> Vec<(&'static str, usize)> {
        let (newcomers, taken, waits) = (Rc::new(Newcomers::default()), Rc::new(Cell::new(0)), Rc::default());
        spawn_local(newcomers.clone().run());
        let expected = arrivals.len();
        for address in arrivals {
            let (newcomers, taken) = (newcomers.clone(), taken.clone());
            let waits: Rc<RefCell<Vec<_>>> = Rc::clone(&waits);
            spawn_local(async move {
                let before = taken.get();
                newcomers.turn(network(address)).await;
                waits.borrow_mut().push((address, taken.get() - before));
                taken.set(taken.get() + 1);
            });
        }
        while taken.get() < expected {
            yield_now().await;
        }
        waits.take()
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_comes_after_a_crowd_is_next() {
        let arrivals = [vec![FLOOD; 5_000], vec![OTHER, NEIGHBOUR]].concat();
        let waited = LocalSet::new().run_until(waits(arrivals)).await;
        let longest = |address| waited.iter().filter(|(one, _)| *one == address).map(|(_, wait)| *wait).max();
        assert!(longest(FLOOD) > Some(1_000), "it was a crowd: {:?}", longest(FLOOD));
        assert!(longest(OTHER) < Some(2 * AT_ONCE), "{:?}", longest(OTHER));
        assert!(longest(NEIGHBOUR) < Some(2 * AT_ONCE + 4), "of its /24 half the turns: {:?}", longest(NEIGHBOUR));
    }

    #[tokio::test(start_paused = true)]
    async fn a_few_are_taken_in_at_once_and_nothing_is_kept_of_them() {
        let newcomers = Newcomers::default();
        for _ in 0..AT_ONCE {
            newcomers.turn(network(FLOOD)).await;
        }
        let waits = tokio::time::timeout(Duration::from_secs(1), newcomers.turn(network(FLOOD))).await;
        assert!(waits.is_err(), "nobody calls");
        newcomers.call_next(AT_ONCE);
        assert_eq!(newcomers.taken.get(), 0, "the one who waited has gone");
        let waiting = newcomers.waiting.borrow();
        assert!(waiting.is_empty() && waiting.lines.is_empty());
    }
}
