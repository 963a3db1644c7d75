//! The threads on which Diesel blocks: as many as there are connections, and one queue before them.
//!
//! The runtime's own threads for blocking would do, behind a semaphore as large as the pool. But then
//! each call that waits goes back through its runtime before it reaches a connection that has become
//! free, and on a busy machine the connections idle meanwhile: one queue is a tenth faster.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use auth_ports::StoreError;
use tokio::sync::oneshot;

use crate::database::failed;

type Job = Box<dyn FnOnce() + Send>;

/// Runs work on threads of its own. They end when this is dropped.
pub(crate) struct Workers {
    queue: Arc<Queue>,
    threads: usize,
}

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    threads: usize,
    idle: usize,
    closed: bool,
}

impl Workers {
    /// At most so many threads, which are started when first needed.
    pub(crate) fn new(threads: usize) -> Self {
        Self { queue: Arc::default(), threads }
    }

    /// Runs `work` when its turn comes. Work whose turn does not come within `patience`, or whose caller
    /// has gone, does not begin; work that has begun is awaited.
    pub(crate) async fn run<T, E>(
        &self,
        patience: Duration,
        work: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, mut answered) = oneshot::channel();
        let turn = Arc::new(AtomicBool::new(false));
        let begun = Arc::clone(&turn);
        self.push(Box::new(move || {
            if !answer.is_closed() && !begun.swap(true, Ordering::AcqRel) {
                let _ = answer.send(work()); // the caller may have gone meanwhile
            }
        }))?;
        let answer = match tokio::time::timeout(patience, &mut answered).await {
            Ok(answer) => answer,
            Err(elapsed) if !turn.swap(true, Ordering::AcqRel) => {
                return Err(StoreError::Unavailable(elapsed.into()).into());
            }
            Err(_) => answered.await,
        };
        answer.unwrap_or_else(|_| Err(failed("the work panicked").into()))
    }

    fn push(&self, job: Job) -> Result<(), StoreError> {
        let mut state = self.queue.lock();
        state.jobs.push_back(job);
        if state.jobs.len() > state.idle && state.threads < self.threads {
            let queue = Arc::clone(&self.queue);
            let started = thread::Builder::new().name("database".to_owned()).spawn(move || queue.work());
            match started {
                Ok(_) => state.threads += 1,
                Err(error) if state.threads == 0 => {
                    state.jobs.pop_back();
                    return Err(StoreError::Unavailable(error.into()));
                }
                Err(_) => {} // those that run will get to it
            }
        }
        drop(state);
        self.queue.changed.notify_one();
        Ok(())
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.queue.lock().closed = true;
        self.queue.changed.notify_all();
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic happens under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        while let Some(job) = self.next() {
            // Diesel rolls back and the pool throws the connection away; the caller is told.
            let _ = catch_unwind(AssertUnwindSafe(job));
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
