//! Threads for work that blocks or computes, no more of them than the work can use, behind one queue.
//!
//! The runtime's own blocking threads behind a semaphore would also work. But each waiting call would then have to go
//! back through its runtime before it reached a thread that had become free, and on a busy machine connections and
//! cores are idle meanwhile: one queue is a tenth faster. One object serves all the runtimes of a process, because
//! each worker of the web server has a runtime of its own.
//!
//! The queue is first come, first served, or fair: then parties take turns, and when it is full, whoever has the most in
//! it gives way.

mod job;
mod line;
mod queue;

use std::hash::Hash;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use thiserror::Error;
use tokio::sync::oneshot;
use tracing::Span;

use job::Fate;
pub use line::Party;
use line::{Fair, Fifo, Line};
use queue::{PushError, Queue, Threads};

/// Why work has no outcome.
#[derive(Debug, Error)]
pub enum WorkError {
    /// The work's turn did not come in time, so it never began.
    #[error("the work did not begin in time")]
    TooLate,
    /// Too much work is waiting, and nobody has more of it than this caller. The work never began.
    #[error("too much work is waiting")]
    Full,
    /// The work had to give way to that of others, who have less waiting. It never began.
    #[error("the work had to give way to that of others")]
    GaveWay,
    /// No thread could be started for the work, so it never began.
    #[error("no thread can be started")]
    NoThread(#[source] std::io::Error),
    /// The work panicked.
    #[error("the work panicked")]
    Panicked,
}

/// Runs work on threads of its own. They start when they are first needed, and end when this is dropped.
pub struct Workers<L: Line = Fifo> {
    queue: Arc<Queue<L>>,
    name: &'static str,
}

/// Workers with a bounded queue in which parties take turns.
pub type FairWorkers<K> = Workers<Fair<K>>;

impl Workers {
    /// Workers with at most `threads` threads (zero counts as one), each of this name. What comes first is done first.
    #[must_use]
    pub fn new(name: &'static str, threads: usize) -> Self {
        Self { queue: Arc::new(Queue::new(Threads { name, most: threads, most_waiting: None })), name }
    }

    /// Runs `work` in the caller's span when its turn comes. `held` is something that work occupies while it waits or
    /// runs, such as a place in a bounded queue. It is dropped when the work is done, or when the caller goes away
    /// before the work has begun.
    ///
    /// # Errors
    /// [`WorkError::NoThread`] or [`WorkError::Panicked`].
    pub async fn run<T: Send + 'static>(
        &self,
        held: impl Send + 'static,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, WorkError> {
        self.run_in((), held, work).await
    }

    /// Like [`Workers::run`], for work that must begin within `patience`. Work that has begun is awaited, however long
    /// it takes.
    ///
    /// # Errors
    /// [`WorkError`].
    pub async fn run_within<T: Send + 'static>(
        &self,
        patience: Duration,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, WorkError> {
        let (turn, mut answered) = self.enqueue((), (), work)?;
        match tokio::time::timeout(patience, &mut answered).await {
            Ok(answer) => answer.unwrap_or(Err(WorkError::Panicked)),
            Err(_) if turn.cancel() => Err(WorkError::TooLate),
            Err(_) => answered.await.unwrap_or(Err(WorkError::Panicked)),
        }
    }
}

impl<K: Copy + Eq + Hash + Send + Sync + 'static> FairWorkers<K> {
    /// Workers with at most `threads` threads (zero counts as one), each of this name. While all are busy, at most
    /// `most_waiting` pieces of work wait.
    #[must_use]
    pub fn fair(name: &'static str, threads: usize, most_waiting: usize) -> Self {
        Self { queue: Arc::new(Queue::new(Threads { name, most: threads, most_waiting: Some(most_waiting) })), name }
    }

    /// Runs `work` in the caller's span when it is the party's turn. If the queue is full, the newest work of whoever
    /// has the most in it gives way, unless that is this party. Work whose caller goes away before it has begun leaves
    /// the queue; work that has begun keeps its thread.
    ///
    /// # Errors
    /// [`WorkError`], but not [`WorkError::TooLate`].
    pub async fn run_for<T: Send + 'static>(
        &self,
        party: Party<K>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, WorkError> {
        self.run_in(party.lane(), (), work).await
    }

    /// How many pieces of work wait or run.
    #[must_use]
    pub fn load(&self) -> usize {
        self.queue.load()
    }
}

impl<L: Line> Workers<L> {
    async fn run_in<T: Send + 'static>(
        &self,
        lane: L::Lane,
        held: impl Send + 'static,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, WorkError> {
        let (turn, mut answered) = self.enqueue(lane, held, work)?;
        let answer = (&mut answered).await;
        drop(turn);
        answer.unwrap_or(Err(WorkError::Panicked))
    }

    fn enqueue<T: Send + 'static>(
        &self,
        lane: L::Lane,
        held: impl Send + 'static,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<(Turn<L>, Answered<T>), WorkError> {
        let (answer, answered) = oneshot::channel();
        let place = Arc::new(Place::new(held));
        let (taken, span) = (Arc::clone(&place), Span::current());
        let job = move |fate: Fate| {
            let Some(held) = taken.begin() else { return };
            let (outcome, busy) = match fate {
                Fate::Turn(busy) => (Ok(span.in_scope(work)), busy),
                Fate::GivesWay => (Err(WorkError::GaveWay), None),
            };
            // Before the answer, so that the place is free by the time the answer is read.
            drop((held, busy));
            let _ = answer.send(outcome); // the caller may have gone meanwhile
        };
        let number = self.queue.push(lane, job).map_err(|error| match error {
            PushError::Full => WorkError::Full,
            PushError::NoThread(error) => WorkError::NoThread(error),
        })?;
        Ok((Turn { place, queue: Arc::clone(&self.queue), lane, number }, answered))
    }
}

impl<L: Line> Drop for Workers<L> {
    fn drop(&mut self) {
        self.queue.close();
    }
}

impl<L: Line> std::fmt::Debug for Workers<L> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workers").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What the work has come to, once it has.
type Answered<T> = oneshot::Receiver<Result<T, WorkError>>;

/// Work that is waiting for its turn. If the caller goes away, the work does not begin and leaves the queue.
struct Turn<L: Line> {
    place: Arc<Place>,
    queue: Arc<Queue<L>>,
    lane: L::Lane,
    number: u64,
}

/// Whether the work has begun or was given up, whichever happened first.
struct Place {
    is_taken: AtomicBool,
    held: Mutex<Option<Box<dyn Send>>>,
}

impl<L: Line> Turn<L> {
    /// Gives the work up. Returns whether it had not begun, in which case it never will.
    fn cancel(&self) -> bool {
        let is_cancelled = self.place.begin().is_some();
        if is_cancelled {
            self.queue.remove(self.lane, self.number);
        }
        is_cancelled
    }
}

impl<L: Line> Drop for Turn<L> {
    fn drop(&mut self) {
        self.cancel();
    }
}

impl Place {
    fn new(held: impl Send + 'static) -> Self {
        Self { is_taken: AtomicBool::new(false), held: Mutex::new(Some(Box::new(held))) }
    }

    fn begin(&self) -> Option<Box<dyn Send>> {
        if self.is_taken.swap(true, Ordering::AcqRel) {
            return None;
        }
        self.held.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[cfg(test)]
mod tests;
