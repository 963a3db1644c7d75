//! Add or change one's own phone number or e-mail address.

use auth_domain::accounts::AccountIdentifier;
use auth_domain::accounts::change::{Change, SessionsToEnd};
use auth_domain::events::EventKind;
use auth_domain::identifier::{Identifier, IdentifierError, IdentifierKind, Schemes};
use auth_domain::origin::Origin;
use auth_ports::{ChangeRefusal, Halt, Halted as _, OrRefuse as _, refuse};
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use super::editor::{Edit, Editor};
use crate::kit::{Caller, ProofProblem, Worth};

/// A new address.
#[derive(Debug, Clone)]
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
pub enum ChangeContactRefusal {
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
    /// [`ChangeContactRefusal`], or the failure.
    pub async fn run(&self, caller: &Caller, command: ChangeContactCommand) -> Result<(), Halt<ChangeContactRefusal>> {
        match self.attempt(caller, &command).await {
            // Perhaps by this same request, sent twice at once.
            Err(Halt::Refused(ChangeContactRefusal::VerificationToken(ProofProblem::Spent))) => {
                self.attempt(caller, &command).await
            }
            outcome => outcome,
        }
    }

    async fn attempt(&self, caller: &Caller, command: &ChangeContactCommand) -> Result<(), Halt<ChangeContactRefusal>> {
        let unknown_kind = Halt::Refused(ChangeContactRefusal::VerificationToken(ProofProblem::OtherSubject));
        let scheme = self.schemes.get(command.kind.name()).ok_or(unknown_kind)?;
        let address = scheme.parse(&command.address).or_refuse()?;
        let fingerprint = self.editor.fingerprint("change a contact", &[address.canonical()]);
        let origin = &command.origin;
        let verified = self.editor.proof(command.verification_token.expose_secret(), origin, &fingerprint).await;
        let verified = verified.refused_as(ChangeContactRefusal::VerificationToken)?;
        verified.proves(&address).map_err(ChangeContactRefusal::VerificationToken).or_refuse()?;
        if verified.worth == Worth::Repeated(caller.account.id) {
            return Ok(());
        }
        let mut proofs = vec![verified.proof.hash];
        match &command.sudo_token {
            Some(token) => {
                let found = self.editor.proof(token.expose_secret(), origin, &fingerprint).await;
                let sudo = found.refused_as(|_| ChangeContactRefusal::SudoToken)?;
                sudo.proves_presence(caller.account.id).map_err(|_| ChangeContactRefusal::SudoToken).or_refuse()?;
                proofs.push(sudo.proof.hash);
            }
            None if caller.account.password.is_none() && caller.account.identifier(command.kind).is_none() => {}
            None => return refuse(ChangeContactRefusal::SudoToken),
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
        self.editor.make(edit).await.refused_as(|refusal| match refusal {
            ChangeRefusal::IdentifierTaken(kind) => ChangeContactRefusal::Taken(kind),
            ChangeRefusal::ProofUnusable
            | ChangeRefusal::NoAccount
            | ChangeRefusal::LastWayIn
            | ChangeRefusal::ExternalIdentityTaken => ChangeContactRefusal::VerificationToken(ProofProblem::Spent),
        })
    }
}

/// What is written down of a changed address.
pub(super) fn of_contact(address: &Identifier) -> String {
    format!("{} {}", address.kind(), address.masked())
}
