//! Prove that the user is there now, before a sensitive change.

use auth_domain::origin::Origin;
use auth_domain::proofs::{NewProof, ProofSubject, ProofToken, SUDO_PROOF_TTL};
use auth_ports::{
    CreateProofRefusal, Failure, Halt, Halted as _, OrRefuse as _, ProofPayment, TradeProofRefusal, draw, refuse,
};
use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use super::editor::Editor;
use super::present_password::{PresentPassword, PresentPasswordRefusal};
use crate::kit::{Caller, ProofProblem, Worth};

/// How the user proves it.
#[derive(Debug, Clone)]
pub enum PresenceEvidence {
    /// By password.
    Password(SecretString),
    /// By a code to an address of their own.
    VerificationToken(SecretString),
}

/// `sudo_token`; a secret.
pub struct PresenceReceipt {
    /// The token.
    pub token: ProofToken,
    /// How long it lives.
    pub expires_in: TimeDelta,
}

/// Why nothing was proven.
#[derive(Debug, Error)]
pub enum ProvePresenceRefusal {
    /// The password was not accepted.
    #[error(transparent)]
    Password(#[from] PresentPasswordRefusal),
    /// The token does not pay.
    #[error("verification token {0}")]
    VerificationToken(ProofProblem),
}

/// Hands out proofs of presence.
pub struct ProvePresence {
    editor: Editor,
    present: PresentPassword,
}

impl ProvePresence {
    /// On these ports.
    #[must_use]
    pub fn new(editor: Editor, present: PresentPassword) -> Self {
        Self { editor, present }
    }

    /// Checks the evidence, and spends it where it is a verification token. May be repeated like a sign-up.
    ///
    /// # Errors
    /// [`ProvePresenceRefusal`], or the failure.
    pub async fn run(
        &self,
        caller: &Caller,
        evidence: PresenceEvidence,
        origin: &Origin,
    ) -> Result<PresenceReceipt, Halt<ProvePresenceRefusal>> {
        let payment = match evidence {
            PresenceEvidence::Password(password) => {
                self.present.check(caller, &password, origin).await.refused_as(ProvePresenceRefusal::Password)?;
                None
            }
            PresenceEvidence::VerificationToken(token) => self.payment(caller, &token, origin).await?,
        };
        let now = self.editor.clock.now();
        let token = ProofToken::new(draw(&*self.editor.entropy));
        let proof = NewProof {
            hash: token.hash(),
            subject: ProofSubject::Presence { user: caller.account.id, session: caller.claims.session },
            client: origin.client.clone(),
            created_at: now,
            expires_at: now + SUDO_PROOF_TTL,
            evidence: None,
            holder: Some(caller.account.id),
        };
        self.store(proof, payment).await?;
        Ok(PresenceReceipt { token, expires_in: SUDO_PROOF_TTL })
    }

    async fn store(&self, proof: NewProof, payment: Option<ProofPayment>) -> Result<(), Halt<ProvePresenceRefusal>> {
        let Some(payment) = payment else {
            return match self.editor.proofs.create(proof).await.decided()? {
                Ok(()) => Ok(()),
                Err(CreateProofRefusal::EvidenceUsed) => {
                    Err(Failure::internal("a proof without evidence clashed").into())
                }
            };
        };
        self.editor.proofs.trade(payment, proof).await.refused_as(|refusal| match refusal {
            TradeProofRefusal::ProofUnusable => ProvePresenceRefusal::VerificationToken(ProofProblem::Spent),
        })
    }

    /// What is to be spent; nothing, when it was spent for this same request, whose answer may be lost.
    async fn payment(
        &self,
        caller: &Caller,
        token: &SecretString,
        origin: &Origin,
    ) -> Result<Option<ProofPayment>, Halt<ProvePresenceRefusal>> {
        let user = caller.account.id;
        let fingerprint = self.editor.fingerprint("prove presence", &[&user.to_string()]);
        let accepted = self.editor.proof(token.expose_secret(), origin, &fingerprint).await;
        let accepted = accepted.refused_as(ProvePresenceRefusal::VerificationToken)?;
        let address = accepted.address().map_err(ProvePresenceRefusal::VerificationToken).or_refuse()?;
        let own = caller.account.identifier(address.kind()).map(|held| &held.identifier);
        if own != Some(address) {
            return refuse(ProvePresenceRefusal::VerificationToken(ProofProblem::OtherSubject));
        }
        match accepted.worth {
            Worth::Good => {
                let at = self.editor.clock.now();
                Ok(Some(ProofPayment { proof: accepted.proof.hash, user, fingerprint, at }))
            }
            Worth::Repeated(_) => Ok(None),
        }
    }
}
