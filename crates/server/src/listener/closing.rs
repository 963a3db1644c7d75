//! How the tasks of connections learn that they are to end.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use super::connection::Connection;

/// The connections of one thread that have been chosen to be closed.
///
/// Any thread chooses, but a runtime looks at what other threads wake only after dozens of its own tasks. Under load the
/// memory of closed connections would therefore grow faster than it is freed. So only one task is woken from outside,
/// and that one wakes all the others.
#[derive(Default)]
pub(super) struct Closing {
    chosen: Mutex<Vec<Arc<Connection>>>,
    is_due: Notify,
}

impl Closing {
    pub(super) fn add(&self, connection: Arc<Connection>) {
        self.chosen.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        self.is_due.notify_one();
    }

    /// Wakes connections that were chosen, for ever. To be run on the thread of the connections.
    pub(super) async fn run(self: Arc<Self>) {
        loop {
            self.is_due.notified().await;
            let chosen = std::mem::take(&mut *self.chosen.lock().unwrap_or_else(PoisonError::into_inner));
            for connection in chosen {
                connection.task.wake();
            }
        }
    }
}
