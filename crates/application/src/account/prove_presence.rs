//! Prove that the user is present, before a sensitive change.

use std::sync::Arc;

use auth_domain::accounts::Account;
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
use crate::kit::{Accepted, Attempt, Caller, Payments, PresenceCheck, ProofProblem, Recorder, Worth, hash_of};

/// How the user proves presence.
#[derive(Debug, Clone)]
pub enum PresenceEvidence {
    /// With the password.
    Password(SecretString),
    /// With a code that was sent to one of the user's own addresses.
    VerificationToken(SecretString),
    /// With an identity at a third party that is bound to the account.
    ProviderToken(SecretString),
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
    /// The token does not pay for this request.
    #[error("provider_token {0}")]
    ProviderToken(ProofProblem),
}

/// Hands out proofs of presence.
pub struct ProvePresence {
    proofs: Arc<dyn ProofStore>,
    payments: Payments,
    present: PresentPassword,
    presence: PresenceCheck,
    recorder: Recorder,
}

impl ProvePresence {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(
        proofs: Arc<dyn ProofStore>,
        payments: Payments,
        present: PresentPassword,
        presence: PresenceCheck,
        recorder: Recorder,
    ) -> Self {
        Self { proofs, payments, present, presence, recorder }
    }

    /// Checks the evidence, spends it if it is a token, and notes in the session that its owner is there. The request may
    /// be repeated like a sign-up.
    ///
    /// # Errors
    /// Returns [`ProvePresenceRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(
        &self,
        caller: &Caller,
        evidence: PresenceEvidence,
        origin: &Origin,
    ) -> Result<PresenceReceipt, Halt<ProvePresenceRefusal>> {
        let receipt = match evidence {
            PresenceEvidence::Password(password) => {
                let checked = self.present.check(caller, &password, origin).await;
                checked.refused_as(ProvePresenceRefusal::Password)?;
                self.give(caller, origin).await?
            }
            PresenceEvidence::VerificationToken(token) => {
                let traded = self.trade(caller, &token, is_of_own_address, origin).await;
                traded.refused_as(ProvePresenceRefusal::VerificationToken)?
            }
            PresenceEvidence::ProviderToken(token) => {
                let traded = self.trade(caller, &token, is_of_own_identity, origin).await;
                traded.refused_as(ProvePresenceRefusal::ProviderToken)?
            }
        };
        self.presence.note(caller, origin).await?;
        Ok(receipt)
    }

    async fn trade(
        &self,
        caller: &Caller,
        token: &SecretString,
        is_own: fn(&Accepted, &Account) -> Result<bool, ProofProblem>,
        origin: &Origin,
    ) -> Result<PresenceReceipt, Halt<ProofProblem>> {
        let user = caller.account.id;
        let request = self.payments.request("prove presence", &[user.to_string().as_bytes()], origin);
        let proof = hash_of(token).or_refuse()?;
        let trade = async |accepted: Accepted| {
            if !is_own(&accepted, &caller.account).or_refuse()? {
                return refuse(ProofProblem::OtherSubject);
            }
            accepted.opens(&caller.account).or_refuse()?;
            let payment = request.payment(vec![accepted.proof.hash]);
            match (accepted.worth, payment) {
                (Worth::Good, Some(payment)) => Ok(self.give_for(caller, origin, payment).await?),
                // It was spent for this same request, whose answer may have been lost.
                _ => Ok(Attempt::Done(self.give(caller, origin).await?)),
            }
        };
        self.payments.pay(&request, &proof, |problem| problem, trade).await
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

fn is_of_own_address(accepted: &Accepted, account: &Account) -> Result<bool, ProofProblem> {
    let address = accepted.address()?;
    Ok(account.identifier(address.kind()).is_some_and(|held| held.identifier == *address))
}

fn is_of_own_identity(accepted: &Accepted, account: &Account) -> Result<bool, ProofProblem> {
    let shown = accepted.external_profile()?;
    let mut bound = account.external_identities.iter().map(|identity| &identity.profile);
    Ok(bound.any(|bound| (&bound.provider, &bound.subject) == (&shown.provider, &shown.subject)))
}
