//! Threads for work that blocks or computes, no more of them than the work can use, behind one queue.
//!
//! The runtime's own blocking threads behind a semaphore would also work. But each waiting call would then have to go
//! back through its runtime before it reached a thread that had become free, and on a busy machine connections and
//! cores are idle meanwhile: one queue is a tenth faster. One object serves all the runtimes of a process, because
//! each worker of the web server has a runtime of its own.

mod queue;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use thiserror::Error;
use tokio::sync::oneshot;
use tracing::Span;

use queue::{Job, Queue};

/// Why work has no outcome.
#[derive(Debug, Error)]
pub enum WorkError {
    /// The work's turn did not come in time, so it never began.
    #[error("the work did not begin in time")]
    TooLate,
    /// No thread could be started for the work, so it never began.
    #[error("no thread can be started")]
    NoThread(#[source] std::io::Error),
    /// The work panicked.
    #[error("the work panicked")]
    Panicked,
}

/// Runs work on threads of its own. They start when they are first needed, and end when this is dropped.
pub struct Workers {
    queue: Arc<Queue>,
    threads: usize,
    name: &'static str,
}

impl Workers {
    /// Workers with at most `threads` threads (zero counts as one), each of this name.
    #[must_use]
    pub fn new(name: &'static str, threads: usize) -> Self {
        Self { queue: Arc::default(), threads, name }
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
        let (turn, mut answered) = self.enqueue(held, work)?;
        let answer = (&mut answered).await;
        drop(turn);
        answer.map_err(|_| WorkError::Panicked)
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
        let (turn, mut answered) = self.enqueue((), work)?;
        match tokio::time::timeout(patience, &mut answered).await {
            Ok(answer) => answer.map_err(|_| WorkError::Panicked),
            Err(_) if turn.cancel() => Err(WorkError::TooLate),
            Err(_) => answered.await.map_err(|_| WorkError::Panicked),
        }
    }

    fn enqueue<T: Send + 'static>(
        &self,
        held: impl Send + 'static,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<(Turn, oneshot::Receiver<T>), WorkError> {
        let (answer, answered) = oneshot::channel();
        let turn = Turn::new(held);
        let (place, span) = (Arc::clone(&turn.0), Span::current());
        let job = move || {
            let Some(held) = place.begin() else { return };
            let outcome = span.in_scope(work);
            // Before the answer, so that the place is free by the time the answer is read.
            drop(held);
            let _ = answer.send(outcome); // the caller may have gone meanwhile
        };
        let waiting = Arc::clone(&turn.0);
        let is_wanted = move || !waiting.is_taken.load(Ordering::Acquire);
        let job = Job { work: Box::new(job), is_wanted: Box::new(is_wanted) };
        self.queue.push(job, self.threads, self.name).map_err(WorkError::NoThread)?;
        Ok((turn, answered))
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.queue.close();
    }
}

impl std::fmt::Debug for Workers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workers").field("name", &self.name).field("threads", &self.threads).finish_non_exhaustive()
    }
}

/// Work that is waiting for its turn. If the caller goes away, the work does not begin.
struct Turn(Arc<Place>);

/// Whether the work has begun or was given up, whichever happened first.
struct Place {
    is_taken: AtomicBool,
    held: Mutex<Option<Box<dyn Send>>>,
}

impl Turn {
    fn new(held: impl Send + 'static) -> Self {
        Self(Arc::new(Place { is_taken: AtomicBool::new(false), held: Mutex::new(Some(Box::new(held))) }))
    }

    /// Gives the work up. Returns whether it had not begun, in which case it never will.
    fn cancel(&self) -> bool {
        self.0.begin().is_some()
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.cancel();
    }
}

impl Place {
    fn begin(&self) -> Option<Box<dyn Send>> {
        if self.is_taken.swap(true, Ordering::AcqRel) {
            return None;
        }
        self.held.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[cfg(test)]
mod tests;
