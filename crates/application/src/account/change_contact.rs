//! Add or change one's own phone number or e-mail address.

use auth_domain::accounts::AccountIdentifier;
use auth_domain::accounts::change::{Change, SessionsToEnd};
use auth_domain::events::EventKind;
use auth_domain::identifier::{Identifier, IdentifierError, IdentifierKind, Schemes};
use auth_domain::origin::Origin;
use auth_ports::ChangeError;
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use super::editor::{Edit, Editor};
use crate::kit::{Caller, Failure, ProofProblem, ProofRefusal, Worth};

/// A new address.
pub struct ChangeContactCommand {
    /// Its kind.
    pub kind: IdentifierKind,
    /// As written.
    pub address: String,
    /// `verification_token` for it.
    pub verification_token: SecretString,
    /// Proof of presence; not needed to add a first address of a kind to an account without password.
    pub sudo_token: Option<SecretString>,
    /// From where.
    pub origin: Origin,
}

/// Why the address stays.
#[derive(Debug, Error)]
pub enum ChangeContactError {
    /// The address is malformed.
    #[error(transparent)]
    Identifier(#[from] IdentifierError),
    /// The verification token does not pay.
    #[error("verification token {0}")]
    VerificationToken(ProofProblem),
    /// The sudo token is missing, wrong, expired, used, or somebody else's.
    #[error("sudo_token is wrong, expired or used")]
    SudoToken,
    /// Somebody else has this address.
    #[error("{0} is registered already")]
    Taken(IdentifierKind),
    /// The world failed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

/// Changes addresses.
pub struct ChangeContact {
    editor: Editor,
    schemes: Schemes,
}

impl ChangeContact {
    /// On these ports.
    #[must_use]
    pub fn new(editor: Editor, schemes: Schemes) -> Self {
        Self { editor, schemes }
    }

    /// Replaces the user's address of that kind, spends both proofs and ends the other sessions.
    ///
    /// # Errors
    /// [`ChangeContactError`].
    pub async fn run(&self, caller: &Caller, command: ChangeContactCommand) -> Result<(), ChangeContactError> {
        match self.attempt(caller, &command).await {
            // Perhaps by this same request, sent twice at once.
            Err(ChangeContactError::VerificationToken(ProofProblem::Spent)) => self.attempt(caller, &command).await,
            outcome => outcome,
        }
    }

    async fn attempt(&self, caller: &Caller, command: &ChangeContactCommand) -> Result<(), ChangeContactError> {
        let unknown_kind = || ChangeContactError::VerificationToken(ProofProblem::OtherSubject);
        let address = self.schemes.get(command.kind.name()).ok_or_else(unknown_kind)?.parse(&command.address)?;
        let fingerprint = self.editor.fingerprint("change a contact", &[address.canonical()]);
        let origin = &command.origin;
        let verified = self.editor.proof(command.verification_token.expose_secret(), origin, &fingerprint).await;
        let verified = verified.map_err(|refusal| match refusal {
            ProofRefusal::Problem(problem) => ChangeContactError::VerificationToken(problem),
            ProofRefusal::Failed(failure) => failure.into(),
        })?;
        verified.proves(&address).map_err(ChangeContactError::VerificationToken)?;
        if verified.worth == Worth::Repeated(caller.account.id) {
            return Ok(());
        }
        let mut proofs = vec![verified.proof.hash];
        match &command.sudo_token {
            Some(token) => {
                let found = self.editor.proof(token.expose_secret(), origin, &fingerprint).await;
                let sudo = found.map_err(|refusal| match refusal {
                    ProofRefusal::Problem(_) => ChangeContactError::SudoToken,
                    ProofRefusal::Failed(failure) => failure.into(),
                })?;
                sudo.proves_presence(caller.account.id).map_err(|_| ChangeContactError::SudoToken)?;
                proofs.push(sudo.proof.hash);
            }
            None if caller.account.password.is_none() && caller.account.identifier(command.kind).is_none() => {}
            None => return Err(ChangeContactError::SudoToken),
        }
        let detail = Some(of_contact(&address));
        let held = AccountIdentifier { identifier: address, verified_at: Some(self.editor.clock.now()) };
        let edit = Edit {
            user: caller.account.id,
            session: Some(caller.claims.session),
            origin,
            changes: vec![Change::Identifier(held)],
            proofs,
            fingerprint,
            end_sessions: SessionsToEnd::AllBut(caller.claims.session),
            records: vec![(EventKind::ContactChanged, detail)],
        };
        self.editor.make(edit).await.map_err(|error| match error {
            ChangeError::Store(error) => Failure::from(error).into(),
            ChangeError::IdentifierTaken(kind) => ChangeContactError::Taken(kind),
            ChangeError::ProofUnusable
            | ChangeError::NoAccount
            | ChangeError::LastWayIn
            | ChangeError::ExternalIdentityTaken => ChangeContactError::VerificationToken(ProofProblem::Spent),
        })
    }
}

/// What is written down of a changed address.
pub(super) fn of_contact(address: &Identifier) -> String {
    format!("{} {}", address.kind(), address.masked())
}
