//! Verifications.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::clients::ClientId;
use auth_domain::identifier::Identifier;
use auth_domain::messages::{Channel, Language, MessageId, QueuedContent, QueuedMessage};
use auth_domain::origin::Requester;
use auth_domain::proofs::NewProof;
use auth_domain::sends::Ask;
use auth_domain::verifications::{CountedTry, Guessed, Verification, VerificationId, VerificationPolicy};
use chrono::TimeDelta;

use crate::Failure;

/// A request for a code.
#[derive(Debug, Clone)]
pub struct SendRequest {
    /// The rules in force.
    pub policy: VerificationPolicy,
    /// The id to use if a new verification is made.
    pub id: VerificationId,
    /// The id of the message that will carry the code.
    pub message: MessageId,
    /// The address to send the code to.
    pub address: Identifier,
    /// The address as the client wrote it.
    pub address_as_sent: String,
    /// The channel to send it by.
    pub channel: Channel,
    /// The language of the message.
    pub language: Language,
    /// The client that asks.
    pub client: ClientId,
    /// The device or network that asks.
    pub requester: Requester,
    /// Who asks, as far as the budget of the address is concerned. A signed-in user becomes the verification's holder.
    pub ask: Ask,
    /// What may be guessed at, if it is not a known device that asks. A verification keeps what its first request said.
    pub guessed: Option<Guessed>,
    /// Until when the message is leased to whoever makes the request and delivers the message at once. `None` if it is
    /// queued for others, due at once.
    pub leased_until: Option<Timestamp>,
    /// When the request is made.
    pub now: Timestamp,
}

impl SendRequest {
    /// The message that carries the code of this verification, as a store queues it and as its first claimer gets it.
    #[must_use]
    pub fn message_of(&self, verification: &Verification) -> QueuedMessage {
        QueuedMessage {
            id: self.message,
            content: QueuedContent::Code(verification.id),
            to: self.address.clone(),
            address_as_sent: self.address_as_sent.clone(),
            channel: self.channel,
            language: self.language,
            created_at: self.now,
            expires_at: verification.expires_at,
            attempts: 0,
        }
    }
}

/// The outcome of a request for a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// A message was queued for this verification.
    Queued(Box<Verification>),
    /// Refused because it is too soon after the last code for this device.
    CoolingDown {
        /// How long until a send is allowed.
        retry_after: TimeDelta,
    },
    /// Refused because too many codes were sent to this address.
    TooMany {
        /// How long until a send is allowed.
        retry_after: TimeDelta,
    },
}

/// Keeps verifications.
#[async_trait]
pub trait VerificationStore: Send + Sync {
    /// Decides by `auth_domain::sends::decide_send` under a lock on the address, and stores the verification,
    /// the count of sends and the message together. Of concurrent requests by the same requester, exactly one queues
    /// a message while a cooldown is in force. A request while the code is still valid gets the same verification,
    /// unless another user makes it, because what a code earns belongs to its holder.
    ///
    /// A message that is leased in the request is written as if it had been claimed: nobody gets it before the lease ends,
    /// and whoever gets it then is told of one attempt.
    async fn request(&self, request: SendRequest) -> Result<SendOutcome, Failure>;

    /// Counts one try **before** any comparison, in a transaction of its own, so that neither a rollback nor a race
    /// permits more than `max_tries`. Only the client that asked for the code may try; for others the verification is
    /// unknown, and nothing is counted.
    async fn count_try(
        &self,
        id: VerificationId,
        client: &ClientId,
        max_tries: u16,
        now: Timestamp,
    ) -> Result<CountedTry, Failure>;

    /// Takes back one counted try whose code was **not** compared, so that it can be made again. Does nothing if the code
    /// has earned its token, or if there is no such verification.
    async fn return_try(&self, id: VerificationId) -> Result<(), Failure>;

    /// Marks the verification as verified at this time and stores the proof that it earned. Of concurrent calls, exactly
    /// one returns true; the others store nothing.
    async fn prove(&self, id: VerificationId, proof: NewProof, at: Timestamp) -> Result<bool, Failure>;
}
