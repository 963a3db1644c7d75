//! The queue of messages, which `VerificationStore::request` and changes to accounts fill.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::messages::{MessageId, QueuedMessage};
use auth_domain::verifications::Verification;
use auth_ports::{Failure, MessageQueue, SendRequest};

use crate::MemoryStores;
use crate::state::{HeldMessage, State, in_use};

#[async_trait]
impl MessageQueue for MemoryStores {
    async fn claim_due(
        &self,
        now: Timestamp,
        leased_until: Timestamp,
        limit: u16,
    ) -> Result<Vec<QueuedMessage>, Failure> {
        let mut state = self.open()?;
        let mut due: Vec<_> = state.messages.iter_mut().filter(|held| held.due_at <= now).collect();
        due.sort_by_key(|held| (held.due_at, held.message.created_at));
        let mut claimed: Vec<_> = due.into_iter().take(limit.into()).map(|held| lease(held, leased_until)).collect();
        claimed.sort_by_key(|message| message.created_at);
        Ok(claimed)
    }

    async fn remove(&self, id: MessageId) -> Result<(), Failure> {
        self.open()?.messages.retain(|held| held.message.id != id);
        Ok(())
    }

    async fn retry_at(&self, id: MessageId, at: Timestamp) -> Result<(), Failure> {
        if let Some(held) = self.open()?.messages.iter_mut().find(|held| held.message.id == id) {
            held.due_at = at;
        }
        Ok(())
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, Failure> {
        Ok(self.open()?.messages.iter().map(|held| held.due_at).min())
    }
}

/// Returns the message as its claimer gets it, with the number of attempts before this one.
fn lease(held: &mut HeldMessage, until: Timestamp) -> QueuedMessage {
    let claimed = held.message.clone();
    held.due_at = until;
    held.message.attempts = held.message.attempts.saturating_add(1);
    claimed
}

impl State {
    /// Queues the message with a verification's code, due at once.
    pub(crate) fn enqueue(&mut self, request: &SendRequest, verification: &Verification) -> Result<(), Failure> {
        self.queue(request.message_of(verification))
    }

    /// Queues messages, due when they are written.
    pub(crate) fn queue_all(&mut self, messages: Vec<QueuedMessage>) -> Result<(), Failure> {
        messages.into_iter().try_for_each(|message| self.queue(message))
    }

    fn queue(&mut self, message: QueuedMessage) -> Result<(), Failure> {
        if self.messages.iter().any(|held| held.message.id == message.id) {
            return Err(in_use("the message id"));
        }
        let due_at = message.created_at;
        self.messages.push(HeldMessage { message, due_at });
        Ok(())
    }
}
