//! Proofs.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::clients::ClientId;
use auth_domain::identifier::Identifier;
use auth_domain::payment::Payment;
use auth_domain::proofs::{NewProof, Proof, ProofHash};
use thiserror::Error;

use crate::{Failure, Halt};

/// Why a proof was not made. Nothing was stored.
#[derive(Debug, Error)]
pub enum CreateProofRefusal {
    /// The evidence has already been used for a proof.
    #[error("the evidence was used before")]
    EvidenceUsed,
}

/// Why a proof was not exchanged for another. Nothing was stored, and no proof was spent.
#[derive(Debug, Error)]
pub enum TradeProofRefusal {
    /// The proof is spent, expired or unknown.
    #[error("the proof cannot be spent")]
    ProofUnusable,
}

/// An exchange of one proof for another.
#[derive(Debug, Clone)]
pub struct TradeProof {
    /// The proof that is spent.
    pub payment: Payment,
    /// The user who spends it.
    pub user: UserId,
    /// The proof that is stored.
    pub proof: NewProof,
    /// When the exchange happens.
    pub at: Timestamp,
}

/// Keeps proofs. Proofs are spent in the transaction that they pay for, hence by other ports.
#[async_trait]
pub trait ProofStore: Send + Sync {
    /// Stores a proof. Of concurrent calls with the same evidence, exactly one succeeds.
    async fn create(&self, proof: NewProof) -> Result<(), Halt<CreateProofRefusal>>;

    /// Spends a proof and stores the one that it pays for, both or nothing. Of concurrent calls with the same
    /// payment, exactly one succeeds.
    async fn trade(&self, trade: TradeProof) -> Result<(), Halt<TradeProofRefusal>>;

    /// Returns an unspent proof of control of this address that this signed-in user earned at this client and that is
    /// still valid at `now`. If there are several, it returns the newest.
    async fn find_held(
        &self,
        holder: UserId,
        client: &ClientId,
        address: &Identifier,
        now: Timestamp,
    ) -> Result<Option<Proof>, Failure>;

    /// Returns the proof with this hash, even if it is spent or expired.
    async fn find(&self, hash: &ProofHash) -> Result<Option<Proof>, Failure>;
}
