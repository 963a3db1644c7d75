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
    /// The evidence has made a proof before.
    #[error("the evidence was used before")]
    EvidenceUsed,
}

/// Why one proof was not traded for another. Nothing was stored, and no proof was spent.
#[derive(Debug, Error)]
pub enum TradeProofRefusal {
    /// The proof is spent, expired or unknown.
    #[error("the proof cannot be spent")]
    ProofUnusable,
}

/// One proof for another.
#[derive(Debug, Clone)]
pub struct TradeProof {
    /// What is spent.
    pub payment: Payment,
    /// For whose account.
    pub user: UserId,
    /// What is stored.
    pub proof: NewProof,
    /// When.
    pub at: Timestamp,
}

/// Keeps proofs. Spending them is part of what they pay for, hence of other ports.
#[async_trait]
pub trait ProofStore: Send + Sync {
    /// Stores a proof. Of concurrent calls with one piece of evidence exactly one succeeds.
    async fn create(&self, proof: NewProof) -> Result<(), Halt<CreateProofRefusal>>;

    /// Spends a proof and stores the one that it pays for: both or nothing. Of concurrent calls with one
    /// payment exactly one succeeds.
    async fn trade(&self, trade: TradeProof) -> Result<(), Halt<TradeProofRefusal>>;

    /// An unspent proof of control of this address that this signed-in user earned at this client and
    /// that lives at `now`; the newest, if several.
    async fn find_held(
        &self,
        holder: UserId,
        client: &ClientId,
        address: &Identifier,
        now: Timestamp,
    ) -> Result<Option<Proof>, Failure>;

    /// The proof with this hash, spent and expired ones included.
    async fn find(&self, hash: &ProofHash) -> Result<Option<Proof>, Failure>;
}
