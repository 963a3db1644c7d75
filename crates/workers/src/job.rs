//! Work that waits, and what becomes of it.

use std::sync::Arc;

/// A piece of work that waits.
pub struct Job {
    /// Counted up from job to job.
    pub(crate) number: u64,
    work: Box<dyn FnOnce(Fate) + Send>,
}

/// What becomes of a job.
pub(crate) enum Fate {
    /// It is its turn. What is inside is dropped when the work is done.
    Turn(Option<Busy>),
    /// It has to give way.
    GivesWay,
}

/// Counts as busy in a bounded queue until it is dropped.
pub(crate) struct Busy(Arc<dyn Release>);

/// What counts busy jobs.
pub(crate) trait Release: Send + Sync {
    /// One job less is busy.
    fn release(&self);
}

impl Job {
    pub(crate) fn new(number: u64, work: impl FnOnce(Fate) + Send + 'static) -> Self {
        Self { number, work: Box::new(work) }
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
