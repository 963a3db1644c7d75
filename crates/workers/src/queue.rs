//! The queue, and what its threads do.

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// A piece of work, and a way to ask whether anybody still waits for it.
pub(crate) struct Job {
    pub(crate) work: Box<dyn FnOnce() + Send>,
    pub(crate) is_wanted: Box<dyn Fn() -> bool + Send>,
}

/// The number of jobs from which on those that nobody waits for any more are looked for.
const SWEPT_FROM: usize = 64;

#[derive(Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    /// The length at which they are looked for next. It is twice what was left the last time, so that each job is
    /// looked at only a few times.
    sweep_at: usize,
    threads: usize,
    idle: usize,
    closed: bool,
}

impl State {
    /// While all threads are stuck, callers give up and others come. The queue must not grow with the jobs of those
    /// who gave up.
    fn take_unwanted(&mut self) -> Vec<Job> {
        if self.jobs.len() < self.sweep_at.max(SWEPT_FROM) {
            return Vec::new();
        }
        let (wanted, unwanted) = self.jobs.drain(..).partition(|job| (job.is_wanted)());
        self.jobs = wanted;
        self.sweep_at = 2 * self.jobs.len();
        Vec::from_iter::<VecDeque<Job>>(unwanted)
    }
}

impl Queue {
    /// Adds a job, and starts a thread if all others are busy and one more is allowed.
    pub(crate) fn push(self: &Arc<Self>, job: Job, threads: usize, name: &str) -> io::Result<()> {
        let mut state = self.lock();
        let unwanted = state.take_unwanted();
        state.jobs.push_back(job);
        let mut refused = None;
        if state.jobs.len() > state.idle && state.threads < threads.max(1) {
            let queue = Arc::clone(self);
            match thread::Builder::new().name(name.to_owned()).spawn(move || queue.work()) {
                Ok(_) => state.threads += 1,
                Err(error) if state.threads == 0 => refused = state.jobs.pop_back().map(|job| (job, error)),
                Err(_) => {} // the threads that run will get to it
            }
        }
        drop(state);
        // Outside the lock, because what callers passed in is dropped here.
        drop(unwanted);
        if let Some((_job, error)) = refused {
            return Err(error);
        }
        self.changed.notify_one();
        Ok(())
    }

    /// Says that no more jobs will come. Threads end once the jobs that wait are done.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.lock().jobs.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic happens under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        while let Some(job) = self.next() {
            // The caller notices that its channel is closed, and the panic hook has reported where it happened.
            let _ = catch_unwind(AssertUnwindSafe(job.work));
        }
    }

    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                return Some(job);
            }
            if state.closed {
                return None;
            }
            state.idle += 1;
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }
}
