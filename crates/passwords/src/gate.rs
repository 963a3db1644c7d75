//! Lets a bounded number of jobs run and a bounded number wait, and turns the rest away at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use auth_ports::Failure;
use auth_workers::Workers;
use tokio::time::Instant;

/// The gate. There is one for the whole process.
pub(crate) struct Gate {
    workers: Workers,
    max_concurrent: usize,
    /// Jobs that run or wait.
    admitted: AtomicUsize,
    max_queued: usize,
    /// How long a job takes in microseconds, as a moving average.
    average: AtomicU64,
}

impl Gate {
    /// `typical` is a first guess at how long a job takes.
    pub(crate) fn new(max_concurrent: usize, max_queued: usize, typical: Duration) -> Self {
        Self {
            workers: Workers::new("passwords", max_concurrent),
            max_concurrent,
            admitted: AtomicUsize::new(0),
            max_queued,
            average: AtomicU64::new(micros(typical)),
        }
    }

    /// Runs `job` on a thread for hashing, in the caller's span.
    ///
    /// A caller that goes away while it waits leaves the queue. Once the job runs, its place is taken until the job is
    /// done, so that nobody can have more jobs running than there are threads by hanging up.
    pub(crate) async fn run<T, F>(self: &Arc<Self>, job: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let place = Place::take(self).ok_or_else(|| Failure::Unavailable {
            retry_after: self.retry_after(),
            cause: "too many passwords are waiting to be hashed".into(),
        })?;
        let gate = Arc::clone(self);
        let work = move || {
            let started = Instant::now();
            let outcome = job();
            gate.learn(started.elapsed());
            outcome
        };
        self.workers.run(place, work).await.map_err(Failure::internal)
    }

    /// When the jobs that now run or wait should be done, in whole seconds, at least one.
    fn retry_after(&self) -> Duration {
        let jobs = self.admitted.load(Ordering::Relaxed).max(self.max_concurrent);
        let rounds = u64::try_from(jobs.div_ceil(self.max_concurrent.max(1))).unwrap_or(u64::MAX);
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

/// A place among the jobs that run or wait. It is given back when this is dropped, for whatever reason.
struct Place(Arc<Gate>);

impl Place {
    fn take(gate: &Arc<Gate>) -> Option<Self> {
        let room = gate.max_concurrent.saturating_add(gate.max_queued);
        let one_more = |admitted| (admitted < room).then_some(admitted + 1);
        gate.admitted.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more).ok()?;
        Some(Self(Arc::clone(gate)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.admitted.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use futures_util::FutureExt as _;
    use futures_util::future::join_all;

    use super::*;

    fn gate(max_concurrent: usize, max_queued: usize) -> Arc<Gate> {
        Arc::new(Gate::new(max_concurrent, max_queued, Duration::from_millis(20)))
    }

    /// A job that lasts until the sender is dropped.
    fn held() -> (Sender<()>, impl FnOnce() + Send + 'static) {
        let (release, released): (_, Receiver<()>) = channel();
        (release, move || assert!(released.recv().is_err(), "dropped, not used"))
    }

    fn admitted(gate: &Gate) -> usize {
        gate.admitted.load(Ordering::Acquire)
    }

    #[tokio::test]
    async fn beyond_the_queue_it_refuses_at_once_and_recovers() {
        let gate = gate(2, 3);
        let (releases, jobs): (Vec<_>, Vec<_>) = (0..5).map(|_| held()).unzip();
        let mut calls: Vec<_> = jobs.into_iter().map(|job| Box::pin(gate.run(job))).collect();
        for future in &mut calls {
            assert!(future.now_or_never().is_none());
        }
        assert_eq!(admitted(&gate), 5);
        for _ in 0..10 {
            let refused = gate.run(|| ()).now_or_never();
            assert!(matches!(refused, Some(Err(Failure::Unavailable { .. }))));
        }
        drop(releases);
        assert!(join_all(calls).await.iter().all(Result::is_ok));
        assert_eq!(admitted(&gate), 0);
        assert!(gate.run(|| ()).await.is_ok());
    }

    #[tokio::test]
    async fn whoever_hangs_up_while_waiting_leaves_the_queue() {
        let gate = gate(1, 1);
        let (release, job) = held();
        let mut running = Box::pin(gate.run(job));
        assert!((&mut running).now_or_never().is_none());
        for _ in 0..3 {
            let mut queued = Box::pin(gate.run(|| ()));
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
        let mut running = Box::pin(gate.run(move || {
            begin.send(()).expect("somebody waits");
            job();
        }));
        assert!((&mut running).now_or_never().is_none());
        begun.recv().expect("it has begun");
        drop(running);
        assert_eq!(admitted(&gate), 1);
        let mut queued = Box::pin(gate.run(|| ()));
        assert!((&mut queued).now_or_never().is_none());
        assert!(matches!(gate.run(|| ()).await, Err(Failure::Unavailable { .. })));
        drop(release);
        assert!(queued.await.is_ok(), "its turn comes when the work is over");
        assert_eq!(admitted(&gate), 0);
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_costs_no_place() {
        let gate = gate(1, 0);
        for _ in 0..3 {
            assert!(matches!(gate.run(|| panic!("as meant")).await, Err::<(), _>(Failure::Internal(_))));
            assert_eq!(admitted(&gate), 0);
        }
    }

    #[test]
    fn the_wait_follows_the_queue_and_what_jobs_take() {
        let gate = Gate::new(2, 1000, Duration::from_millis(20));
        let secs = |queued: usize| {
            gate.admitted.store(2 + queued, Ordering::Release);
            gate.retry_after().as_secs()
        };
        assert_eq!([0, 10, 98, 128, 1000].map(secs), [1, 1, 1, 2, 11]);
        for _ in 0..100 {
            gate.learn(Duration::from_secs(2));
        }
        gate.admitted.store(12, Ordering::Release);
        assert_eq!(gate.retry_after().as_secs(), 12);
        gate.learn(Duration::MAX);
        assert!(gate.retry_after() >= Duration::from_secs(12));
    }
}
