//! Lets a bounded number of jobs run and a bounded number wait, in a fair order, and turns the rest away at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use auth_domain::origin::Network;
use auth_ports::{Failure, HashAsker, KeptPlace};
use auth_workers::{FairWorkers, Occupied, Party, WorkError};
use tokio::time::Instant;

/// The gate. There is one for the whole process.
pub(crate) struct Gate {
    /// Operators have no network.
    workers: FairWorkers<Option<Network>>,
    max_concurrent: usize,
    /// How long a job takes in microseconds, as a moving average.
    average: AtomicU64,
}

impl Gate {
    /// `typical` is a first guess at how long a job takes.
    pub(crate) fn new(max_concurrent: usize, max_queued: usize, niceness: u8, typical: Duration) -> Self {
        Self {
            workers: FairWorkers::fair("passwords", max_concurrent, max_queued, niceness),
            max_concurrent,
            average: AtomicU64::new(micros(typical)),
        }
    }

    /// Keeps a place for a job that is about to come.
    pub(crate) fn keep_place(&self, asker: HashAsker) -> Result<KeptPlace, Failure> {
        self.workers.keep_place(party(asker)).map(KeptPlace::new).map_err(|error| self.failure(error))
    }

    /// Runs `job` on a thread for hashing, in the caller's span.
    ///
    /// A caller that goes away while it waits leaves the queue. Once the job runs, its place is taken until the job is
    /// done, so that nobody can have more jobs running than there are threads by hanging up.
    pub(crate) async fn run<T, F>(self: &Arc<Self>, asker: HashAsker, job: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let gate = Arc::clone(self);
        let work = move || {
            let started = Instant::now();
            let outcome = job();
            gate.learn(started.elapsed());
            outcome
        };
        self.workers.run_for(party(asker), work).await.map_err(|error| self.failure(error))
    }

    fn failure(&self, error: WorkError) -> Failure {
        match error {
            WorkError::Full | WorkError::GaveWay => {
                Failure::Unavailable { retry_after: self.retry_after(self.workers.load()), cause: error.into() }
            }
            error => Failure::internal(error),
        }
    }

    pub(crate) fn watch(&self, watch: impl Fn(Duration, Duration) + Send + Sync + 'static) {
        self.workers.watch(watch);
    }

    /// How many jobs wait, and how many run.
    pub(crate) fn occupied(&self) -> (usize, usize) {
        let Occupied { waiting, running } = self.workers.occupied();
        (waiting, running)
    }

    /// When this many jobs, which run or wait, should be done, in whole seconds, at least one.
    fn retry_after(&self, jobs: usize) -> Duration {
        let rounds = jobs.max(self.max_concurrent).div_ceil(self.max_concurrent.max(1));
        let rounds = u64::try_from(rounds).unwrap_or(u64::MAX);
        let wait = self.average.load(Ordering::Relaxed).saturating_mul(rounds);
        Duration::from_secs(wait.div_ceil(1_000_000).max(1))
    }

    fn learn(&self, took: Duration) {
        let average = self.average.load(Ordering::Relaxed);
        self.average.store((average.saturating_mul(7).saturating_add(micros(took))) / 8, Ordering::Relaxed);
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// Who takes turns: networks that may be one customer's are one group. Operators are a group of their own.
fn party(asker: HashAsker) -> Party<Option<Network>> {
    let network = match asker {
        HashAsker::Network(network) => Some(network),
        HashAsker::Operator => None,
    };
    Party { group: network.map(Network::widest), member: network }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use futures_util::FutureExt as _;
    use futures_util::future::join_all;

    use super::*;

    fn from(address: &str) -> HashAsker {
        HashAsker::Network(Network::of(address.parse().expect("an address")))
    }

    fn somebody() -> HashAsker {
        from("192.0.2.1")
    }

    fn gate(max_concurrent: usize, max_queued: usize) -> Arc<Gate> {
        Arc::new(Gate::new(max_concurrent, max_queued, 0, Duration::from_millis(20)))
    }

    /// A job that lasts until the sender is dropped.
    fn held() -> (Sender<()>, impl FnOnce() + Send + 'static) {
        let (release, released): (_, Receiver<()>) = channel();
        (release, move || assert!(released.recv().is_err(), "dropped, not used"))
    }

    fn admitted(gate: &Gate) -> usize {
        gate.workers.load()
    }

    #[tokio::test]
    async fn beyond_the_queue_it_refuses_at_once_and_recovers() {
        let gate = gate(2, 3);
        let (releases, jobs): (Vec<_>, Vec<_>) = (0..5).map(|_| held()).unzip();
        let mut calls: Vec<_> = jobs.into_iter().map(|job| Box::pin(gate.run(somebody(), job))).collect();
        for future in &mut calls {
            assert!(future.now_or_never().is_none());
        }
        assert_eq!(admitted(&gate), 5);
        for _ in 0..10 {
            let refused = gate.run(somebody(), || ()).now_or_never();
            assert!(matches!(refused, Some(Err(Failure::Unavailable { .. }))));
        }
        drop(releases);
        assert!(join_all(calls).await.iter().all(Result::is_ok));
        assert_eq!(admitted(&gate), 0);
        assert!(gate.run(somebody(), || ()).await.is_ok());
    }

    #[tokio::test]
    async fn whoever_hangs_up_while_waiting_leaves_the_queue() {
        let gate = gate(1, 1);
        let (release, job) = held();
        let mut running = Box::pin(gate.run(somebody(), job));
        assert!((&mut running).now_or_never().is_none());
        for _ in 0..3 {
            let mut queued = Box::pin(gate.run(somebody(), || ()));
            assert!((&mut queued).now_or_never().is_none());
            assert_eq!(admitted(&gate), 2);
            drop(queued);
            assert_eq!(admitted(&gate), 1);
        }
        drop(release);
        assert!(running.await.is_ok());
    }

    #[tokio::test]
    async fn whoever_hangs_up_while_it_runs_keeps_the_place_busy() {
        let gate = gate(1, 1);
        let (release, job) = held();
        let (begin, begun) = channel();
        let mut running = Box::pin(gate.run(somebody(), move || {
            begin.send(()).expect("somebody waits");
            job();
        }));
        assert!((&mut running).now_or_never().is_none());
        begun.recv().expect("it has begun");
        drop(running);
        assert_eq!(admitted(&gate), 1);
        let mut queued = Box::pin(gate.run(somebody(), || ()));
        assert!((&mut queued).now_or_never().is_none());
        assert!(matches!(gate.run(somebody(), || ()).await, Err(Failure::Unavailable { .. })));
        drop(release);
        assert!(queued.await.is_ok(), "its turn comes when the work is over");
        assert_eq!(admitted(&gate), 0);
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_costs_no_place() {
        let gate = gate(1, 0);
        for _ in 0..3 {
            assert!(matches!(gate.run(somebody(), || panic!("as meant")).await, Err::<(), _>(Failure::Internal(_))));
            assert_eq!(admitted(&gate), 0);
        }
    }

    #[test]
    fn the_wait_follows_the_queue_and_what_jobs_take() {
        let gate = gate(2, 1000);
        let secs = |queued: usize| gate.retry_after(2 + queued).as_secs();
        assert_eq!([0, 10, 98, 128, 1000].map(secs), [1, 1, 1, 2, 11]);
        for _ in 0..100 {
            gate.learn(Duration::from_secs(2));
        }
        assert_eq!(secs(10), 12);
        gate.learn(Duration::MAX);
        assert!(secs(10) >= 12);
    }

    /// One network fills the queue. Whoever comes from elsewhere is let in nevertheless, and is next.
    #[tokio::test]
    async fn a_flood_from_one_network_delays_others_by_one_job() {
        let gate = gate(1, 6);
        let (order, done) = channel();
        let job = |who: &'static str| {
            let order = order.clone();
            move || order.send(who).expect("somebody listens")
        };
        let (release, first) = held();
        let (begin, begun) = channel();
        let mut running = Box::pin(gate.run(from("192.0.2.1"), move || {
            begin.send(()).expect("somebody waits");
            first();
        }));
        assert!((&mut running).now_or_never().is_none());
        begun.recv().expect("it has begun");
        let flood = ["192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.3", "192.0.2.1", "192.0.2.1"];
        let mut flood = flood.map(|address| Box::pin(gate.run(from(address), job("flood"))));
        for call in &mut flood {
            assert!(call.now_or_never().is_none(), "there is room");
        }
        let refused = gate.run(from("192.0.2.1"), job("one more")).now_or_never();
        assert!(matches!(refused, Some(Err(Failure::Unavailable { .. }))), "nobody has more than the flood");
        let others = ["198.51.100.1", "2001:db8::1"];
        let mut others = others.map(|address| Box::pin(gate.run(from(address), job(address))));
        for call in &mut others {
            assert!(call.now_or_never().is_none(), "another network is let in");
        }
        assert_eq!(admitted(&gate), 7, "others gave way");
        drop(release);
        assert!(running.await.is_ok() && join_all(others).await.iter().all(Result::is_ok));
        let gave_way: Vec<_> = join_all(flood).await.iter().map(Result::is_err).collect();
        assert_eq!(gave_way, [false, false, false, false, true, true], "the newest of the one that has the most");
        drop(order);
        assert_eq!(
            done.iter().collect::<Vec<_>>(),
            ["flood", "198.51.100.1", "2001:db8::1", "flood", "flood", "flood"]
        );
    }

    #[test]
    fn networks_of_one_customer_share_their_turns() {
        let [one, neighbour, other] = ["192.0.2.1", "192.0.2.9", "2001:db8::1"].map(|address| party(from(address)));
        assert!(one.group == neighbour.group && one.member != neighbour.member);
        assert_ne!(one.group, other.group);
        assert_ne!(party(HashAsker::Operator).group, other.group);
    }
}
