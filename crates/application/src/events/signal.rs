//! The signal that events are waiting.

use std::sync::Arc;

use tokio::sync::watch;

/// Wakes the delivery worker. All clones wake the same worker.
#[derive(Clone)]
pub struct EventSignal(Arc<watch::Sender<()>>);

impl Default for EventSignal {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(())))
    }
}

impl EventSignal {
    /// Signals that an event was queued, or is about to be.
    pub fn wake(&self) {
        self.0.send_replace(());
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<()> {
        self.0.subscribe()
    }
}
