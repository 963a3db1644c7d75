//! Lets a bounded number of jobs run, a bounded number wait, and turns the rest away at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use auth_ports::HashError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::Instant;
use tracing::Span;

/// One for the whole process: each worker of the web server has a runtime of its own.
pub(crate) struct Gate {
    permits: Arc<Semaphore>,
    max_concurrent: usize,
    waiting: AtomicUsize,
    max_queued: usize,
    /// Microseconds that a job takes, on a sliding average.
    average: AtomicU64,
}

impl Gate {
    /// `typical` is a first guess of how long a job takes.
    pub(crate) fn new(max_concurrent: usize, max_queued: usize, typical: Duration) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(max_concurrent)),
            max_concurrent,
            waiting: AtomicUsize::new(0),
            max_queued,
            average: AtomicU64::new(micros(typical)),
        }
    }

    /// Runs `job` on a thread for blocking work, in the caller's span.
    ///
    /// A caller that goes away while it waits leaves the queue. Once the job runs, the permit is the
    /// job's: nobody can have more jobs running than there are permits by hanging up.
    pub(crate) async fn run<T, F>(self: &Arc<Self>, job: F) -> Result<T, HashError>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let permit = self.enter().await?;
        let (gate, span) = (Arc::clone(self), Span::current());
        let work = move || {
            let _permit = permit;
            let started = Instant::now();
            let outcome = span.in_scope(job);
            gate.learn(started.elapsed());
            outcome
        };
        spawn_blocking(work).await.map_err(|panicked| HashError::Failed(panicked.into()))
    }

    async fn enter(&self) -> Result<OwnedSemaphorePermit, HashError> {
        if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
            return Ok(permit);
        }
        let _place = Place::take(self).ok_or_else(|| HashError::Overloaded { retry_after: self.retry_after() })?;
        Arc::clone(&self.permits).acquire_owned().await.map_err(|closed| HashError::Failed(closed.into()))
    }

    /// When the jobs that run and wait now should be done: whole seconds, at least one.
    fn retry_after(&self) -> Duration {
        let jobs = self.waiting.load(Ordering::Relaxed) + self.max_concurrent;
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

/// A place in the queue; given back when dropped, for whatever reason.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(gate: &'a Gate) -> Option<Self> {
        let one_more = |waiting| (waiting < gate.max_queued).then_some(waiting + 1);
        gate.waiting.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more).ok()?;
        Some(Self(&gate.waiting))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
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

    fn waiting(gate: &Gate) -> usize {
        gate.waiting.load(Ordering::Acquire)
    }

    #[tokio::test]
    async fn beyond_the_queue_it_refuses_at_once_and_recovers() {
        let gate = gate(2, 3);
        let (releases, jobs): (Vec<_>, Vec<_>) = (0..5).map(|_| held()).unzip();
        let mut admitted: Vec<_> = jobs.into_iter().map(|job| Box::pin(gate.run(job))).collect();
        for future in &mut admitted {
            assert!(future.now_or_never().is_none());
        }
        assert_eq!(waiting(&gate), 3);
        for _ in 0..10 {
            let refused = gate.run(|| ()).now_or_never();
            assert!(matches!(refused, Some(Err(HashError::Overloaded { .. }))));
        }
        drop(releases);
        assert!(join_all(admitted).await.iter().all(Result::is_ok));
        assert_eq!((waiting(&gate), gate.permits.available_permits()), (0, 2));
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
            assert_eq!(waiting(&gate), 1);
            drop(queued);
            assert_eq!(waiting(&gate), 0);
        }
        drop(release);
        assert!(running.await.is_ok());
    }

    #[tokio::test]
    async fn whoever_hangs_up_while_it_runs_keeps_the_permit_busy() {
        let gate = gate(1, 0);
        let (release, job) = held();
        let mut running = Box::pin(gate.run(job));
        assert!((&mut running).now_or_never().is_none());
        drop(running);
        assert_eq!(gate.permits.available_permits(), 0);
        assert!(matches!(gate.run(|| ()).await, Err(HashError::Overloaded { .. })));
        drop(release);
        let permit = gate.permits.acquire().await.expect("comes back when the work is over");
        drop(permit);
        assert!(gate.run(|| ()).await.is_ok());
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_costs_no_permit() {
        let gate = gate(1, 0);
        for _ in 0..3 {
            assert!(matches!(gate.run(|| panic!("as meant")).await, Err::<(), _>(HashError::Failed(_))));
            assert_eq!(gate.permits.available_permits(), 1);
        }
    }

    #[test]
    fn the_wait_follows_the_queue_and_what_jobs_take() {
        let gate = Gate::new(2, 1000, Duration::from_millis(20));
        let secs = |queued| {
            gate.waiting.store(queued, Ordering::Release);
            gate.retry_after().as_secs()
        };
        assert_eq!([0, 10, 98, 128, 1000].map(secs), [1, 1, 1, 2, 11]);
        for _ in 0..100 {
            gate.learn(Duration::from_secs(2));
        }
        gate.waiting.store(10, Ordering::Release);
        assert_eq!(gate.retry_after().as_secs(), 12);
        gate.learn(Duration::MAX);
        assert!(gate.retry_after() >= Duration::from_secs(12));
    }
}
