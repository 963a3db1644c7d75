//! Proofs: made here, spent by `register`.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::proofs::{NewProof, Proof, ProofHash, ProofState, Spending};
use auth_domain::signup::NewAccount;
use auth_ports::{CreateProofError, ProofStore, StoreError};

use crate::MemoryStores;
use crate::state::{HeldProof, State, in_use};

#[async_trait]
impl ProofStore for MemoryStores {
    async fn create(&self, proof: NewProof) -> Result<(), CreateProofError> {
        let mut state = self.open()?;
        if state.is_evidence_used(&proof) {
            return Err(CreateProofError::EvidenceUsed);
        }
        Ok(state.keep_proof(proof)?)
    }

    async fn find(&self, hash: &ProofHash) -> Result<Option<Proof>, StoreError> {
        Ok(self.open()?.proof(hash).cloned())
    }
}

impl State {
    /// Stores a proof, or nothing when its hash or its evidence is in use.
    pub(crate) fn keep_proof(&mut self, proof: NewProof) -> Result<(), StoreError> {
        if self.is_evidence_used(&proof) {
            return Err(in_use("the evidence"));
        }
        if self.proof(&proof.hash).is_some() {
            return Err(in_use("the proof's hash"));
        }
        let NewProof { hash, subject, client, created_at: _, expires_at, evidence } = proof;
        let proof = Proof { hash, subject, client, expires_at, state: ProofState::Unspent };
        self.proofs.push(HeldProof { proof, evidence });
        Ok(())
    }

    /// Whether each proof is there, unspent, alive, and named once.
    pub(crate) fn can_spend_proofs(&self, account: &NewAccount) -> bool {
        let named_once = |hash: &ProofHash| account.proofs.iter().filter(|other| *other == hash).count() == 1;
        account.proofs.iter().all(|hash| named_once(hash) && self.is_spendable(hash, account.created_at))
    }

    pub(crate) fn spend_proofs(&mut self, account: &NewAccount) {
        for held in self.proofs.iter_mut().filter(|held| account.proofs.contains(&held.proof.hash)) {
            held.proof.state = ProofState::Spent(Spending {
                at: account.created_at,
                user: account.id,
                fingerprint: account.fingerprint,
            });
        }
    }

    fn is_spendable(&self, hash: &ProofHash, now: Timestamp) -> bool {
        self.proof(hash).is_some_and(|proof| proof.state == ProofState::Unspent && now < proof.expires_at)
    }

    fn is_evidence_used(&self, proof: &NewProof) -> bool {
        proof.evidence.is_some() && self.proofs.iter().any(|held| held.evidence == proof.evidence)
    }

    fn proof(&self, hash: &ProofHash) -> Option<&Proof> {
        self.proofs.iter().map(|held| &held.proof).find(|proof| proof.hash == *hash)
    }
}
