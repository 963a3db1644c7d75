//! How the tasks of connections learn that they are to end.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::task::AtomicWaker;
use tokio::sync::Notify;

/// The tasks of one thread whose connections have been chosen to be closed.
///
/// Any thread chooses, but a runtime looks at what other threads wake only after dozens of its own tasks. Under load the
/// memory of closed connections would therefore grow faster than it is freed. So only one task is woken from outside,
/// and that one wakes all the others.
#[derive(Default)]
pub(super) struct Closing {
    chosen: Mutex<Vec<Arc<AtomicWaker>>>,
    is_due: Notify,
}

impl Closing {
    pub(super) fn add(&self, task: Arc<AtomicWaker>) {
        self.chosen.lock().unwrap_or_else(PoisonError::into_inner).push(task);
        self.is_due.notify_one();
    }

    /// Wakes tasks that were chosen, for ever. To be run on their thread.
    pub(super) async fn run(self: Arc<Self>) {
        loop {
            self.is_due.notified().await;
            let chosen = std::mem::take(&mut *self.chosen.lock().unwrap_or_else(PoisonError::into_inner));
            for task in chosen {
                task.wake();
            }
        }
    }
}
