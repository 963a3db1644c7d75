//! Work that waits, and what becomes of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::time::Instant;
use tracing::Span;

/// A piece of work that waits.
pub struct Job {
    /// Counted up from job to job.
    pub(crate) number: u64,
    /// When it was added.
    pub(crate) asked: Instant,
    /// The caller's span, in which it is done.
    pub(crate) span: Span,
    work: Box<dyn FnOnce(Fate) + Send>,
}

/// What becomes of a job.
pub(crate) enum Fate {
    /// It is its turn, on this thread. What is beside it is dropped when the work is done.
    Turn(Arc<Hand>, Option<Busy>),
    /// It has to give way.
    GivesWay,
}

/// What is known of one thread of a queue.
#[derive(Default)]
pub(crate) struct Hand {
    is_lost: AtomicBool,
}

impl Hand {
    /// Gives the thread up, because nobody waits any longer for what it does.
    pub(crate) fn lose(&self) {
        self.is_lost.store(true, Ordering::Release);
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.is_lost.load(Ordering::Acquire)
    }
}

/// Whoever asked for a piece of work, as the work sees them.
pub struct WorkCaller(Arc<Hand>);

impl WorkCaller {
    pub(crate) fn on(hand: Arc<Hand>) -> Self {
        Self(hand)
    }

    /// Whether the caller has stopped waiting, so that nobody learns of the outcome any more.
    #[must_use]
    pub fn has_gone(&self) -> bool {
        self.0.is_lost()
    }
}

/// A place in a bounded queue, which is kept for work that is about to come. It is free again when this is dropped.
pub struct KeptPlace {
    pub(crate) _counted: Option<Busy>,
}

/// Counts as busy in a bounded queue until it is dropped.
pub(crate) struct Busy(Arc<dyn Release>);

/// What counts busy jobs.
pub(crate) trait Release: Send + Sync {
    /// One job less is busy.
    fn release(&self);
}

impl Job {
    pub(crate) fn new(number: u64, span: Span, work: impl FnOnce(Fate) + Send + 'static) -> Self {
        Self { number, asked: Instant::now(), span, work: Box::new(work) }
    }

    /// Does the work, or learns that it will not be done.
    pub(crate) fn meet(self, fate: Fate) {
        (self.work)(fate);
    }
}

impl Busy {
    pub(crate) fn new(counted_by: Arc<dyn Release>) -> Self {
        Self(counted_by)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.release();
    }
}
