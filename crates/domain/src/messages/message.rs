//! Messages that wait to be sent, and messages on their way.

use uuid::Uuid;

use super::{Channel, Language, Notice};
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
    /// What it will say.
    pub content: QueuedContent,
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

/// What a waiting message will say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueuedContent {
    /// The code of this verification, which is derived from its id when the message is sent.
    Code(VerificationId),
    /// Something happened to the account that the address belongs to.
    Notice(Notice),
}

/// What a message on its way says.
#[derive(Debug, Clone)]
pub enum Content {
    /// A code, which is a secret.
    Code {
        /// The code to deliver.
        code: VerificationCode,
        /// How long it is valid from its creation, in minutes.
        ttl_minutes: u32,
    },
    /// Something happened to the account that the address belongs to.
    Notice(Notice),
}

/// A message with its secret, if it has one, on its way through a sender.
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
    /// What to say.
    pub content: Content,
    /// When the message was written.
    pub created_at: Timestamp,
}

impl OutgoingMessage {
    /// Returns the code, if the message carries one.
    #[must_use]
    pub fn code(&self) -> Option<&VerificationCode> {
        match &self.content {
            Content::Code { code, .. } => Some(code),
            Content::Notice(_) => None,
        }
    }
}
