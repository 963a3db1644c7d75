//! Messages: the queue in which they wait, and the senders that deliver them.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::messages::{Channel, MessageId, OutgoingMessage, QueuedMessage};
use thiserror::Error;

use crate::{Cause, Failure};

/// Messages that other ports' transactions have written, until they are delivered or given up.
#[async_trait]
pub trait MessageQueue: Send + Sync {
    /// Claims up to `limit` messages that are due at `now`, oldest first, and leases them until `leased_until`, so
    /// that no other call gets them before then. Each call counts as one attempt.
    async fn claim_due(
        &self,
        now: Timestamp,
        leased_until: Timestamp,
        limit: u16,
    ) -> Result<Vec<QueuedMessage>, Failure>;

    /// Removes a message that was delivered or given up. Unknown ids are no error.
    async fn remove(&self, id: MessageId) -> Result<(), Failure>;

    /// Puts a message back, due at `at`. Unknown ids are no error.
    async fn retry_at(&self, id: MessageId, at: Timestamp) -> Result<(), Failure>;

    /// Returns when the next message is due, including leased ones.
    async fn next_due(&self) -> Result<Option<Timestamp>, Failure>;
}

/// Why a message was not delivered.
#[derive(Debug, Error)]
pub enum SendError {
    /// Trying again may help: there was no connection, a timeout, or a temporary refusal.
    #[error("delivery failed for now")]
    Temporary(#[source] Cause),
    /// The message will never be accepted.
    #[error("delivery was refused")]
    Permanent(#[source] Cause),
}

/// Delivers messages by one channel.
#[async_trait]
pub trait MessageSender: Send + Sync {
    /// Returns the channel.
    fn channel(&self) -> Channel;

    /// Delivers the message within a time limit of the adapter's own. It may be called again with the same id if an
    /// answer was lost; the id is sent with the message so that the receiver can recognise duplicates.
    async fn send(&self, message: &OutgoingMessage) -> Result<(), SendError>;
}
