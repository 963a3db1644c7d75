//! Messages that wait to be sent, and messages on their way.

use uuid::Uuid;

use super::{Channel, Language};
use crate::Timestamp;
use crate::identifier::Identifier;
use crate::verifications::{VerificationCode, VerificationId};

/// A message's id, the same at every attempt to deliver it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MessageId(Uuid);

impl MessageId {
    /// Makes an id from 16 random bytes.
    #[must_use]
    pub fn new(random: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(random).into_uuid())
    }

    /// Reads an id from a store.
    #[must_use]
    pub fn from_uuid(id: Uuid) -> Self {
        Self(id)
    }

    /// Returns the id for a store.
    #[must_use]
    pub fn as_uuid(self) -> Uuid {
        self.0
    }
}

impl std::fmt::Display for MessageId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
/// A message that waits to be sent. It contains ids but no secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedMessage {
    /// The id, which is the same at every attempt.
    pub id: MessageId,
    /// The verification, from whose id the code is derived when the message is sent.
    pub verification: VerificationId,
    /// The address to send to.
    pub to: Identifier,
    /// The address as the client wrote it.
    pub address_as_sent: String,
    /// The channel to send by.
    pub channel: Channel,
    /// The language of the message.
    pub language: Language,
    /// When the message was written.
    pub created_at: Timestamp,
    /// When the message becomes useless.
    pub expires_at: Timestamp,
    /// How often sending was tried before.
    pub attempts: u16,
}

/// A message with its secret, on its way through a sender.
#[derive(Debug, Clone)]
pub struct OutgoingMessage {
    /// The id, which is the same at every attempt. Senders pass it on, so that receivers can drop duplicates.
    pub id: MessageId,
    /// The address to send to.
    pub to: Identifier,
    /// The address as the client wrote it.
    pub address_as_sent: String,
    /// The language of the message.
    pub language: Language,
    /// The code to deliver.
    pub code: VerificationCode,
    /// When the message was written.
    pub created_at: Timestamp,
    /// How long the code is valid from its creation, in minutes.
    pub code_ttl_minutes: u32,
}
