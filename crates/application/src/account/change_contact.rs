//! Add or change one's own phone number or e-mail address.

use auth_domain::accounts::AccountIdentifier;
use auth_domain::accounts::change::{Change, SessionsToEnd};
use auth_domain::identifier::{Identifier, IdentifierError, IdentifierKind, Schemes};
use auth_domain::origin::Origin;
use auth_domain::proofs::ProofHash;
use auth_ports::{ChangeRefusal, Halt, Halted as _, OrRefuse as _, refuse};
use secrecy::SecretString;
use thiserror::Error;

use super::conversion::ConversionRefusal;
use super::editor::{By, Edit, EditRefusal, Editor};
use crate::kit::{Accepted, Attempt, Caller, NotPresent, PaidRequest, ProofProblem, Worth, contact_changed, hash_of};

/// A request to set a new address.
#[derive(Debug, Clone)]
pub struct ChangeContactCommand {
    /// The kind of the address.
    pub kind: IdentifierKind,
    /// The address as the client wrote it.
    pub address: String,
    /// The `verification_token` that proves control of the address.
    pub verification_token: SecretString,
    /// The proof of presence. To add the first address of a kind to an account without a password, a session that shows
    /// presence is enough.
    pub sudo_token: Option<SecretString>,
    /// Where the request comes from.
    pub origin: Origin,
}

/// Why the address was not changed.
#[derive(Debug, Error)]
pub enum ChangeContactRefusal {
    /// The address is malformed.
    #[error(transparent)]
    Identifier(#[from] IdentifierError),
    /// The verification token does not pay for this request.
    #[error("verification token {0}")]
    VerificationToken(ProofProblem),
    /// The sudo token is missing, wrong, expired, used, or belongs to somebody else.
    #[error("sudo_token is wrong, expired or used")]
    SudoToken,
    /// The owner has not shown lately to be there, which a first address needs.
    #[error(transparent)]
    NotPresent(#[from] NotPresent),
    /// The anonymous user may not become an ordinary one this way.
    #[error(transparent)]
    Conversion(#[from] ConversionRefusal),
    /// Another user already has this address.
    #[error("{0} is already registered")]
    Taken(IdentifierKind),
}

/// Changes phone numbers and e-mail addresses.
pub struct ChangeContact {
    editor: Editor,
    schemes: Schemes,
}

impl ChangeContact {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(editor: Editor, schemes: Schemes) -> Self {
        Self { editor, schemes }
    }

    /// Replaces the user's address of that kind, spends both proofs and ends the other sessions.
    ///
    /// # Errors
    /// Returns [`ChangeContactRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(&self, caller: &Caller, command: ChangeContactCommand) -> Result<(), Halt<ChangeContactRefusal>> {
        let unknown_kind = Halt::Refused(ChangeContactRefusal::VerificationToken(ProofProblem::OtherSubject));
        let scheme = self.schemes.get(command.kind.name()).ok_or(unknown_kind)?;
        let address = scheme.parse(&command.address).or_refuse()?;
        let payments = &self.editor.payments;
        let request = payments.request("change a contact", &[address.canonical().as_bytes()], &command.origin);
        let token = &command.verification_token;
        let proof = hash_of(token).map_err(ChangeContactRefusal::VerificationToken).or_refuse()?;
        let change =
            async |verified: Accepted| self.change_verified(caller, &command, &address, &verified, &request).await;
        payments.pay(&request, &proof, ChangeContactRefusal::VerificationToken, change).await
    }

    async fn change_verified(
        &self,
        caller: &Caller,
        command: &ChangeContactCommand,
        address: &Identifier,
        verified: &Accepted,
        request: &PaidRequest<'_>,
    ) -> Result<Attempt<()>, Halt<ChangeContactRefusal>> {
        verified.proves(address).map_err(ChangeContactRefusal::VerificationToken).or_refuse()?;
        if verified.worth == Worth::Repeated(caller.account.id) {
            return Ok(Attempt::Done(()));
        }
        // The account may have the address already, unproven.
        verified.opens(&caller.account).map_err(ChangeContactRefusal::VerificationToken).or_refuse()?;
        let sudo = self.sudo(caller, command, &verified.proof.hash, request).await?;
        let now = self.editor.recorder.now();
        let held = AccountIdentifier { identifier: address.clone(), verified_at: Some(now), added_at: now };
        let edit = Edit {
            by: if sudo.is_some() { By::Present(caller) } else { By::Caller(caller) },
            origin: &command.origin,
            changes: vec![Change::Identifier(held)],
            payment: request.payment(std::iter::once(verified.proof.hash).chain(sudo).collect()),
            end_sessions: SessionsToEnd::AllBut(caller.claims.session),
            records: vec![contact_changed(address)],
        };
        self.editor.make(edit).await.refused_as(|refusal| match refusal {
            EditRefusal::NotPresent(refusal) => refusal.into(),
            EditRefusal::Conversion(refusal) => refusal.into(),
            EditRefusal::Change(ChangeRefusal::IdentifierTaken(kind)) => ChangeContactRefusal::Taken(kind),
            EditRefusal::Change(_) => ChangeContactRefusal::VerificationToken(ProofProblem::Spent),
        })
    }

    /// Looks at the `sudo_token`, or finds that none is needed.
    async fn sudo(
        &self,
        caller: &Caller,
        command: &ChangeContactCommand,
        verified: &ProofHash,
        request: &PaidRequest<'_>,
    ) -> Result<Option<ProofHash>, Halt<ChangeContactRefusal>> {
        let Some(token) = &command.sudo_token else {
            let is_first = caller.account.password.is_none() && caller.account.identifier(command.kind).is_none();
            return if is_first { Ok(None) } else { refuse(ChangeContactRefusal::SudoToken) };
        };
        let sudo = self.editor.sudo(caller, token, verified, request).await;
        sudo.refused_as(|_| ChangeContactRefusal::SudoToken).map(Some)
    }
}
