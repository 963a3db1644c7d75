//! Removing delivered messages, together with those that are delivered at the same time.

use std::sync::{Arc, Mutex, PoisonError};

use auth_domain::error_chain::ErrorChain;
use auth_domain::messages::MessageId;
use auth_ports::MessageQueue;

/// Removes messages from the queue. Whoever comes while others are being removed waits for that, and then removes all that
/// have come meanwhile: at rest each message is removed at once, and in a rush one statement removes many. Clones share it.
#[derive(Clone)]
pub(super) struct Removals {
    queue: Arc<dyn MessageQueue>,
    waiting: Arc<Mutex<Vec<MessageId>>>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Removals {
    pub(super) fn new(queue: Arc<dyn MessageQueue>) -> Self {
        Self { queue, waiting: Arc::default(), turn: Arc::default() }
    }

    /// Returns when the message is removed. If that fails, its lease runs out and it is tried again under the same id.
    pub(super) async fn remove(&self, message: MessageId) {
        self.lock().push(message);
        let _turn = self.turn.lock().await;
        let messages = std::mem::take(&mut *self.lock());
        // Another's turn may have been this one's, too.
        if messages.is_empty() {
            return;
        }
        if let Err(error) = self.queue.remove_all(&messages).await {
            for message in messages {
                tracing::warn!(message.id = %message, error = %ErrorChain(&error), "message.outcome_not_stored");
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<MessageId>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
