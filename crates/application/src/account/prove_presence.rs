//! Prove that the user is there now, before a sensitive change.

use auth_domain::origin::Origin;
use auth_domain::proofs::{NewProof, ProofSubject, ProofToken, SUDO_PROOF_TTL};
use auth_ports::{CreateProofError, draw};
use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use super::editor::Editor;
use super::present_password::{PresentPassword, PresentPasswordError};
use crate::proof_check::{ProofRefusal, Worth};
use crate::{Caller, Failure, ProofProblem};

/// How the user proves it.
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
pub enum ProvePresenceError {
    /// The password was not accepted.
    #[error(transparent)]
    Password(#[from] PresentPasswordError),
    /// The token does not pay.
    #[error("verification token {0}")]
    VerificationToken(ProofProblem),
    /// The world failed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl From<ProofRefusal> for ProvePresenceError {
    fn from(refusal: ProofRefusal) -> Self {
        match refusal {
            ProofRefusal::Problem(problem) => Self::VerificationToken(problem),
            ProofRefusal::Failed(failure) => failure.into(),
        }
    }
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

    /// Checks the evidence. A verification token is looked at and not spent: it proves the same thing
    /// for as long as it lives.
    ///
    /// # Errors
    /// [`ProvePresenceError`].
    pub async fn run(
        &self,
        caller: &Caller,
        evidence: PresenceEvidence,
        origin: &Origin,
    ) -> Result<PresenceReceipt, ProvePresenceError> {
        match evidence {
            PresenceEvidence::Password(password) => self.present.check(caller, &password, origin).await?,
            PresenceEvidence::VerificationToken(token) => self.check_token(caller, &token, origin).await?,
        }
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
        match self.editor.proofs.create(proof).await {
            Ok(()) => Ok(PresenceReceipt { token, expires_in: SUDO_PROOF_TTL }),
            Err(CreateProofError::Store(error)) => Err(Failure::from(error).into()),
            Err(CreateProofError::EvidenceUsed) => {
                Err(Failure::Internal("a proof without evidence clashed".into()).into())
            }
        }
    }

    async fn check_token(
        &self,
        caller: &Caller,
        token: &SecretString,
        origin: &Origin,
    ) -> Result<(), ProvePresenceError> {
        let accepted = self.editor.proof(token.expose_secret(), origin, &[0; 32]).await?;
        let address = accepted.address().map_err(ProofRefusal::from)?;
        let own = caller.account.identifier(address.kind()).map(|held| held.identifier.canonical());
        if accepted.worth == Worth::Good && own == Some(address.canonical()) {
            Ok(())
        } else {
            Err(ProvePresenceError::VerificationToken(ProofProblem::OtherSubject))
        }
    }
}
