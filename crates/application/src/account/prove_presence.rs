//! Prove that the user is present, before a sensitive change.

use std::sync::Arc;

use auth_domain::origin::Origin;
use auth_domain::payment::Payment;
use auth_domain::proofs::{NewProof, ProofSubject, ProofToken, SUDO_PROOF_TTL};
use auth_ports::{
    CreateProofRefusal, Failure, Halt, Halted as _, OrRefuse as _, ProofStore, TradeProof, TradeProofRefusal, refuse,
};
use chrono::TimeDelta;
use secrecy::SecretString;
use thiserror::Error;

use super::present_password::{PresentPassword, PresentPasswordRefusal};
use crate::kit::{Accepted, Attempt, Caller, Payments, ProofProblem, Recorder, Worth, hash_of};

/// How the user proves presence.
#[derive(Debug, Clone)]
pub enum PresenceEvidence {
    /// With the password.
    Password(SecretString),
    /// With a code that was sent to one of the user's own addresses.
    VerificationToken(SecretString),
}

/// The `sudo_token`, which is a secret.
pub struct PresenceReceipt {
    /// The token.
    pub token: ProofToken,
    /// How long the token is valid.
    pub expires_in: TimeDelta,
}

/// Why presence was not proven.
#[derive(Debug, Error)]
pub enum ProvePresenceRefusal {
    /// The password was not accepted.
    #[error(transparent)]
    Password(#[from] PresentPasswordRefusal),
    /// The token does not pay for this request.
    #[error("verification token {0}")]
    VerificationToken(ProofProblem),
}

/// Hands out proofs of presence.
pub struct ProvePresence {
    proofs: Arc<dyn ProofStore>,
    payments: Payments,
    present: PresentPassword,
    recorder: Recorder,
}

impl ProvePresence {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(proofs: Arc<dyn ProofStore>, payments: Payments, present: PresentPassword, recorder: Recorder) -> Self {
        Self { proofs, payments, present, recorder }
    }

    /// Checks the evidence, and spends it if it is a verification token. The request may be repeated like a sign-up.
    ///
    /// # Errors
    /// Returns [`ProvePresenceRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(
        &self,
        caller: &Caller,
        evidence: PresenceEvidence,
        origin: &Origin,
    ) -> Result<PresenceReceipt, Halt<ProvePresenceRefusal>> {
        match evidence {
            PresenceEvidence::Password(password) => {
                let checked = self.present.check(caller, &password, origin).await;
                checked.refused_as(ProvePresenceRefusal::Password)?;
                Ok(self.give(caller, origin).await?)
            }
            PresenceEvidence::VerificationToken(token) => self.trade(caller, &token, origin).await,
        }
    }

    async fn trade(
        &self,
        caller: &Caller,
        token: &SecretString,
        origin: &Origin,
    ) -> Result<PresenceReceipt, Halt<ProvePresenceRefusal>> {
        let user = caller.account.id;
        let request = self.payments.request("prove presence", &[user.to_string().as_bytes()], origin);
        let proof = hash_of(token).map_err(ProvePresenceRefusal::VerificationToken).or_refuse()?;
        let trade = async |accepted: Accepted| {
            let address = accepted.address().map_err(ProvePresenceRefusal::VerificationToken).or_refuse()?;
            let own = caller.account.identifier(address.kind()).map(|held| &held.identifier);
            if own != Some(address) {
                return refuse(ProvePresenceRefusal::VerificationToken(ProofProblem::OtherSubject));
            }
            let payment = request.payment(vec![accepted.proof.hash]);
            match (accepted.worth, payment) {
                (Worth::Good, Some(payment)) => Ok(self.give_for(caller, origin, payment).await?),
                // It was spent for this same request, whose answer may have been lost.
                _ => Ok(Attempt::Done(self.give(caller, origin).await?)),
            }
        };
        self.payments.pay(&request, &proof, ProvePresenceRefusal::VerificationToken, trade).await
    }

    /// Stores a proof that no other proof pays for.
    async fn give(&self, caller: &Caller, origin: &Origin) -> Result<PresenceReceipt, Failure> {
        let (proof, receipt) = self.new_proof(caller, origin);
        match self.proofs.create(proof).await.decided()? {
            Ok(()) => Ok(receipt),
            Err(CreateProofRefusal::EvidenceUsed) => Err(Failure::internal("a proof without evidence clashed")),
        }
    }

    /// Stores a proof and spends the proof that pays for it.
    async fn give_for(
        &self,
        caller: &Caller,
        origin: &Origin,
        payment: Payment,
    ) -> Result<Attempt<PresenceReceipt>, Failure> {
        let (proof, receipt) = self.new_proof(caller, origin);
        let trade = TradeProof { payment, user: caller.account.id, at: proof.created_at, proof };
        match self.proofs.trade(trade).await.decided()? {
            Ok(()) => Ok(Attempt::Done(receipt)),
            Err(TradeProofRefusal::ProofUnusable) => Ok(Attempt::Overtaken),
        }
    }

    fn new_proof(&self, caller: &Caller, origin: &Origin) -> (NewProof, PresenceReceipt) {
        let now = self.recorder.now();
        let token = ProofToken::new(self.recorder.draw());
        let proof = NewProof {
            hash: token.hash(),
            subject: ProofSubject::Presence { user: caller.account.id, session: caller.claims.session },
            client: origin.client.clone(),
            created_at: now,
            expires_at: now + SUDO_PROOF_TTL,
            evidence: None,
            holder: Some(caller.account.id),
        };
        (proof, PresenceReceipt { token, expires_in: SUDO_PROOF_TTL })
    }
}
