//! Proofs: made here, spent by what they pay for.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::accounts::{Account, UserId};
use auth_domain::clients::ClientId;
use auth_domain::identifier::Identifier;
use auth_domain::proofs::{NewProof, Proof, ProofHash, ProofState, ProofSubject, Spending};
use auth_ports::{CreateProofRefusal, Failure, Halt, ProofPayment, ProofStore, TradeProofRefusal, refuse};

use crate::MemoryStores;
use crate::state::{HeldProof, State, has, in_use};

#[async_trait]
impl ProofStore for MemoryStores {
    async fn create(&self, proof: NewProof) -> Result<(), Halt<CreateProofRefusal>> {
        let mut state = self.open()?;
        if state.is_evidence_used(&proof) {
            return refuse(CreateProofRefusal::EvidenceUsed);
        }
        Ok(state.keep_proof(proof)?)
    }

    async fn trade(&self, payment: ProofPayment, proof: NewProof) -> Result<(), Halt<TradeProofRefusal>> {
        let mut state = self.open()?;
        let ProofPayment { proof: spent, user, fingerprint, at } = payment;
        let payment = Payment { proofs: &[spent], user, fingerprint, at };
        if !state.can_spend_proofs(&payment) {
            return refuse(TradeProofRefusal::ProofUnusable);
        }
        state.keep_proof(proof)?;
        state.spend_proofs(&payment);
        Ok(())
    }

    async fn find_held(
        &self,
        holder: UserId,
        client: &ClientId,
        address: &Identifier,
        now: Timestamp,
    ) -> Result<Option<Proof>, Failure> {
        let state = self.open()?;
        let is_it = |held: &&HeldProof| {
            let is_of_address = matches!(&held.proof.subject, ProofSubject::Address(proven) if proven == address);
            let is_theirs = held.holder == Some(holder) && held.proof.client == *client;
            is_theirs && is_of_address && is_spendable(&held.proof, now)
        };
        let newest = state.proofs.iter().filter(is_it).max_by_key(|held| held.created_at);
        Ok(newest.map(|held| held.proof.clone()))
    }

    async fn find(&self, hash: &ProofHash) -> Result<Option<Proof>, Failure> {
        Ok(self.open()?.proof(hash).cloned())
    }
}

/// What spends proofs.
pub(crate) struct Payment<'a> {
    pub(crate) proofs: &'a [ProofHash],
    pub(crate) user: UserId,
    pub(crate) fingerprint: [u8; 32],
    pub(crate) at: Timestamp,
}

impl State {
    /// Stores a proof, or nothing when its hash or its evidence is in use.
    pub(crate) fn keep_proof(&mut self, proof: NewProof) -> Result<(), Failure> {
        if self.is_evidence_used(&proof) {
            return Err(in_use("the evidence"));
        }
        if self.proof(&proof.hash).is_some() {
            return Err(in_use("the proof's hash"));
        }
        let NewProof { hash, subject, client, created_at, expires_at, evidence, holder } = proof;
        let proof = Proof { hash, subject, client, expires_at, state: ProofState::Unspent };
        self.proofs.push(HeldProof { proof, evidence, holder, created_at });
        Ok(())
    }

    /// Whether each proof is there, unspent, alive, and named once.
    pub(crate) fn can_spend_proofs(&self, payment: &Payment<'_>) -> bool {
        let named_once = |hash: &ProofHash| payment.proofs.iter().filter(|other| *other == hash).count() == 1;
        let is_good = |hash: &ProofHash| self.proof(hash).is_some_and(|proof| is_spendable(proof, payment.at));
        payment.proofs.iter().all(|hash| named_once(hash) && is_good(hash))
    }

    pub(crate) fn spend_proofs(&mut self, payment: &Payment<'_>) {
        let Payment { proofs, user, fingerprint, at } = *payment;
        for held in self.proofs.iter_mut().filter(|held| proofs.contains(&held.proof.hash)) {
            held.proof.state = ProofState::Spent(Spending { at, user, fingerprint });
        }
    }

    /// Removes every proof that names this user or one of their addresses.
    pub(crate) fn forget_proofs_of(&mut self, account: &Account) {
        self.proofs.retain(|held| !names(held, account));
    }

    fn is_evidence_used(&self, proof: &NewProof) -> bool {
        proof.evidence.is_some() && self.proofs.iter().any(|held| held.evidence == proof.evidence)
    }

    fn proof(&self, hash: &ProofHash) -> Option<&Proof> {
        self.proofs.iter().map(|held| &held.proof).find(|proof| proof.hash == *hash)
    }
}

fn is_spendable(proof: &Proof, now: Timestamp) -> bool {
    proof.state == ProofState::Unspent && now < proof.expires_at
}

fn names(held: &HeldProof, account: &Account) -> bool {
    let is_about_them = match &held.proof.subject {
        ProofSubject::Address(address) => has(account, address),
        ProofSubject::Presence { user, .. } => *user == account.id,
        ProofSubject::External(_) => false,
    };
    let is_spent = matches!(&held.proof.state, ProofState::Spent(spending) if spending.user == account.id);
    is_about_them || is_spent || held.holder == Some(account.id)
}
