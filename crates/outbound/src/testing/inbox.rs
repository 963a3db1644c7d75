//! What a fake has received so far, and waiting for more.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Everything that arrived, in order.
pub struct Inbox<T> {
    items: Mutex<Items<T>>,
    arrived: Notify,
}

struct Items<T> {
    all: Vec<T>,
    taken: usize,
}

impl<T: Clone> Inbox<T> {
    /// Creates an empty inbox.
    #[must_use]
    pub fn new() -> Self {
        Self { items: Mutex::new(Items { all: Vec::new(), taken: 0 }), arrived: Notify::new() }
    }

    /// Adds an item that arrived.
    pub fn push(&self, item: T) {
        self.items().all.push(item);
        self.arrived.notify_one();
    }

    /// Returns all items so far.
    #[must_use]
    pub fn all(&self) -> Vec<T> {
        self.items().all.clone()
    }

    /// Returns the oldest item that no earlier call has returned, and waits for it without a limit.
    pub async fn next(&self) -> T {
        loop {
            if let Some(item) = self.take() {
                return item;
            }
            self.arrived.notified().await;
        }
    }

    fn take(&self) -> Option<T> {
        let mut items = self.items();
        let item = items.all.get(items.taken).cloned()?;
        items.taken += 1;
        Some(item)
    }

    fn items(&self) -> MutexGuard<'_, Items<T>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Clone> Default for Inbox<T> {
    fn default() -> Self {
        Self::new()
    }
}
