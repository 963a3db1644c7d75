//! Verifications.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::clients::ClientId;
use auth_domain::identifier::Identifier;
use auth_domain::messages::{Channel, Language, MessageId};
use auth_domain::origin::Requester;
use auth_domain::proofs::NewProof;
use auth_domain::verifications::{CountedTry, Verification, VerificationId, VerificationPolicy};
use chrono::TimeDelta;

use crate::Failure;

/// A wish for a code.
#[derive(Debug, Clone)]
pub struct SendRequest {
    /// The rules in force.
    pub policy: VerificationPolicy,
    /// The id, should a new verification be made.
    pub id: VerificationId,
    /// The id of the message that will carry the code.
    pub message: MessageId,
    /// Where to.
    pub address: Identifier,
    /// The address as the client wrote it.
    pub address_as_sent: String,
    /// By which channel.
    pub channel: Channel,
    /// In which language.
    pub language: Language,
    /// Which client asks.
    pub client: ClientId,
    /// Which device or network asks.
    pub requester: Requester,
    /// The signed-in user who asks, if any: the verification's holder.
    pub holder: Option<UserId>,
    /// When.
    pub now: Timestamp,
}

/// What became of a wish for a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// A message is queued, for this verification.
    Queued(Box<Verification>),
    /// Refused: too soon after the last one for this device.
    CoolingDown {
        /// Until a send is allowed.
        retry_after: TimeDelta,
    },
    /// Refused: too many to this address.
    TooMany {
        /// Until a send is allowed.
        retry_after: TimeDelta,
    },
}

/// Keeps verifications.
#[async_trait]
pub trait VerificationStore: Send + Sync {
    /// Decides by `auth_domain::verifications::decide_send` under a lock on the address, and stores
    /// the verification, the count of sends and the message together. Of concurrent wishes of one
    /// requester exactly one queues a message while a cooldown is in force; a wish within the code's
    /// life gets the same verification, unless another user asks: what a code earns is its holder's.
    async fn request(&self, request: SendRequest) -> Result<SendOutcome, Failure>;

    /// Counts one try **before** any comparison, in a transaction of its own, so that neither a
    /// rollback nor a race gives one try more than `max_tries`. Only the client that asked for the
    /// code may try; for others the verification is unknown, and nothing is counted.
    async fn count_try(
        &self,
        id: VerificationId,
        client: &ClientId,
        max_tries: u16,
        now: Timestamp,
    ) -> Result<CountedTry, Failure>;

    /// Marks the verification as verified and stores the proof that it earned. Of concurrent calls
    /// exactly one returns true; the others store nothing.
    async fn prove(&self, id: VerificationId, proof: NewProof) -> Result<bool, Failure>;
}
