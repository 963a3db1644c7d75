//! Messages: the queue that they wait in, and the senders that carry them.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::messages::{Channel, MessageId, OutgoingMessage, QueuedMessage};
use thiserror::Error;

use crate::{Cause, Failure};

/// Messages written by other ports' transactions, until they are delivered or given up.
#[async_trait]
pub trait MessageQueue: Send + Sync {
    /// Takes up to `limit` messages that are due at `now`, oldest first, and leases them until
    /// `leased_until`: no other call gets them before. Each call counts as one attempt.
    async fn claim_due(
        &self,
        now: Timestamp,
        leased_until: Timestamp,
        limit: u16,
    ) -> Result<Vec<QueuedMessage>, Failure>;

    /// Removes a message that was delivered or given up. Unknown ids are fine.
    async fn remove(&self, id: MessageId) -> Result<(), Failure>;

    /// Puts a message back, due at `at`. Unknown ids are fine.
    async fn retry_at(&self, id: MessageId, at: Timestamp) -> Result<(), Failure>;

    /// When the next message is due, leased ones included.
    async fn next_due(&self) -> Result<Option<Timestamp>, Failure>;
}

/// Why a message was not delivered.
#[derive(Debug, Error)]
pub enum SendError {
    /// Trying again may help: no connection, a time-out, a temporary refusal.
    #[error("delivery failed for now")]
    Temporary(#[source] Cause),
    /// It will never be accepted.
    #[error("delivery was refused")]
    Permanent(#[source] Cause),
}

/// Carries messages by one channel.
#[async_trait]
pub trait MessageSender: Send + Sync {
    /// The channel.
    fn channel(&self) -> Channel;

    /// Delivers the message, within a time limit of the adapter's own. May be called again with the
    /// same id when an answer was lost; the id goes out with the message so that the receiver can tell.
    async fn send(&self, message: &OutgoingMessage) -> Result<(), SendError>;
}
