//! Proofs: created here, and spent by whatever they pay for.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::accounts::{Account, UserId};
use auth_domain::clients::ClientId;
use auth_domain::identifier::Identifier;
use auth_domain::payment::Payment;
use auth_domain::proofs::{NewProof, Proof, ProofHash, ProofState, ProofSubject, Spending};
use auth_ports::{CreateProofRefusal, Failure, Halt, ProofStore, TradeProof, TradeProofRefusal, refuse};

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

    async fn trade(&self, trade: TradeProof) -> Result<(), Halt<TradeProofRefusal>> {
        let TradeProof { payment, user, proof, at } = trade;
        let mut state = self.open()?;
        if !state.can_spend(Some(&payment), at) {
            return refuse(TradeProofRefusal::ProofUnusable);
        }
        state.keep_proof(proof)?;
        state.spend(Some(&payment), user, at);
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
        let newest = state.proofs.iter().filter(is_it).max_by_key(|held| held.proof.created_at);
        Ok(newest.map(|held| held.proof.clone()))
    }

    async fn find(&self, hash: &ProofHash) -> Result<Option<Proof>, Failure> {
        Ok(self.open()?.proof(hash).cloned())
    }
}

impl State {
    /// Stores a proof, or nothing if its hash or its evidence is in use.
    pub(crate) fn keep_proof(&mut self, proof: NewProof) -> Result<(), Failure> {
        if self.is_evidence_used(&proof) {
            return Err(in_use("the evidence"));
        }
        if self.proof(&proof.hash).is_some() {
            return Err(in_use("the proof's hash"));
        }
        let NewProof { hash, subject, client, created_at, expires_at, evidence, holder } = proof;
        let proof = Proof { hash, subject, client, created_at, expires_at, state: ProofState::Unspent };
        self.proofs.push(HeldProof { proof, evidence, holder });
        Ok(())
    }

    /// Whether each proof exists, is unspent and unexpired, and is named only once, and nothing else pays.
    pub(crate) fn can_spend(&self, payment: Option<&Payment>, at: Timestamp) -> bool {
        payment.is_none_or(|payment| payment.vouchers.is_empty()) && self.can_spend_proofs(payment, at)
    }

    /// Whether each proof exists, is unspent and unexpired, is what is required, and is named only once.
    pub(crate) fn can_spend_proofs(&self, payment: Option<&Payment>, at: Timestamp) -> bool {
        let proofs = payment.map_or(&[][..], |payment| &payment.proofs);
        let named_once = |hash: &ProofHash| proofs.iter().filter(|other| *other == hash).count() == 1;
        let required = payment.and_then(|payment| payment.required.as_ref());
        let is_required = |proof: &Proof| required.is_none_or(|required| proof.meets(required));
        let is_good =
            |hash: &ProofHash| self.proof(hash).is_some_and(|proof| is_spendable(proof, at) && is_required(proof));
        proofs.iter().all(|hash| named_once(hash) && is_good(hash))
    }

    /// Marks the proofs as spent by this user, as far as they can be.
    pub(crate) fn spend(&mut self, payment: Option<&Payment>, user: UserId, at: Timestamp) {
        let Some(Payment { proofs, fingerprint, .. }) = payment else { return };
        for held in self.proofs.iter_mut().filter(|held| proofs.contains(&held.proof.hash)) {
            held.proof.state = ProofState::Spent(Spending { at, user, fingerprint: *fingerprint });
        }
    }

    /// Removes every proof that names this user or one of their addresses.
    pub(crate) fn forget_proofs_of(&mut self, account: &Account) {
        self.proofs.retain(|held| !names(held, account));
    }

    fn is_evidence_used(&self, proof: &NewProof) -> bool {
        proof.evidence.is_some() && self.proofs.iter().any(|held| held.evidence == proof.evidence)
    }

    pub(crate) fn proof(&self, hash: &ProofHash) -> Option<&Proof> {
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
        ProofSubject::External(_) | ProofSubject::Voucher => false,
    };
    let is_spent = matches!(&held.proof.state, ProofState::Spent(spending) if spending.user == account.id);
    is_about_them || is_spent || held.holder == Some(account.id)
}
