//! Messages on their way.

use uuid::Uuid;

use super::{Channel, Language};
use crate::Timestamp;
use crate::identifier::Identifier;
use crate::verifications::{VerificationCode, VerificationId};

/// A message's id, the same at every attempt to deliver it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MessageId(Uuid);

impl MessageId {
    /// From 16 random bytes.
    #[must_use]
    pub fn new(random: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(random).into_uuid())
    }

    /// From a store.
    #[must_use]
    pub fn from_uuid(id: Uuid) -> Self {
        Self(id)
    }

    /// For a store.
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
/// A message as it waits to be sent: ids, no secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedMessage {
    /// The same at every attempt.
    pub id: MessageId,
    /// Its code is derived from this id when it is sent.
    pub verification: VerificationId,
    /// Where it goes.
    pub to: Identifier,
    /// The address as the client wrote it.
    pub address_as_sent: String,
    /// By which channel.
    pub channel: Channel,
    /// In which language.
    pub language: Language,
    /// When it was written.
    pub created_at: Timestamp,
    /// From when on it is useless.
    pub expires_at: Timestamp,
    /// How often it was tried before.
    pub attempts: u16,
}

/// A message with its secret, on its way through a sender.
#[derive(Debug, Clone)]
pub struct OutgoingMessage {
    /// The same at every attempt; senders pass it on so that receivers can drop repetitions.
    pub id: MessageId,
    /// Where it goes.
    pub to: Identifier,
    /// The address as the client wrote it.
    pub address_as_sent: String,
    /// In which language.
    pub language: Language,
    /// The code to deliver.
    pub code: VerificationCode,
    /// When it was written.
    pub created_at: Timestamp,
    /// How long the code lives from being made, in minutes.
    pub code_ttl_minutes: u32,
}
