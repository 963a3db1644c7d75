//! Set a new password with a code after forgetting the present one.

use auth_domain::accounts::change::{Change, SessionsToEnd};
use auth_domain::accounts::recovery::Recovery;
use auth_domain::accounts::{Account, UserStatus};
use auth_domain::credentials::{Password, PasswordError, PasswordPolicy};
use auth_domain::events::EventKind;
use auth_domain::identifier::{Identifier, IdentifierError, IdentifierKind, Schemes};
use auth_domain::origin::Origin;
use auth_ports::{ChangeRefusal, Halt, Halted as _, OrRefuse as _, Verdict, refuse};
use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use super::editor::{By, Edit, EditRefusal, Editor};
use super::set_password::identifiers_of;
use crate::kit::{Accepted, Attempt, Hashes, OverBudget, PaidRequest, ProofProblem, Worth, hash_of};

/// A new password for whoever controls an address.
#[derive(Debug, Clone)]
pub struct ResetCommand {
    /// The kind of the address.
    pub kind: IdentifierKind,
    /// The address as the client wrote it.
    pub address: String,
    /// The `verification_token` that proves control of the address.
    pub token: SecretString,
    /// The new password.
    pub new_password: SecretString,
    /// Where the request comes from.
    pub origin: Origin,
}

/// Why the password was not reset.
#[derive(Debug, Error)]
pub enum ResetPasswordRefusal {
    /// The address is malformed.
    #[error(transparent)]
    Identifier(#[from] IdentifierError),
    /// The new password is not acceptable.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The token does not pay for this request.
    #[error("verification token {0}")]
    VerificationToken(ProofProblem),
    /// Nobody has this address. Only somebody who controls it is told so.
    #[error("no user has this address")]
    NoSuchUser,
    /// An operator has blocked the account. Only somebody who controls the address is told so.
    #[error("the account is blocked")]
    Blocked,
    /// The network or the account had too many passwords hashed.
    #[error("too many costly requests: try again later")]
    TooOften(OverBudget),
}

/// Resets passwords.
pub struct ResetPassword {
    editor: Editor,
    hashes: Hashes,
    schemes: Schemes,
    policy: PasswordPolicy,
    window: TimeDelta,
}

impl ResetPassword {
    /// Builds the use case from its ports and the rules in force. Of the ways to sign in, those that were added within
    /// `window` may be removed.
    #[must_use]
    pub fn new(editor: Editor, hashes: Hashes, schemes: Schemes, policy: PasswordPolicy, window: TimeDelta) -> Self {
        Self { editor, hashes, schemes, policy, window }
    }

    /// Sets the password, ends all sessions of the user, and removes the ways to sign in that were added lately, because
    /// whoever forgot a password may have been kept out by somebody else. The request may be repeated within two minutes.
    ///
    /// # Errors
    /// Returns [`ResetPasswordRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(&self, command: ResetCommand) -> Result<(), Halt<ResetPasswordRefusal>> {
        let unknown_kind = Halt::Refused(ResetPasswordRefusal::VerificationToken(ProofProblem::OtherSubject));
        let scheme = self.schemes.get(command.kind.name()).ok_or(unknown_kind)?;
        let address = scheme.parse(&command.address).or_refuse()?;
        let payments = &self.editor.payments;
        let request = payments.request("reset a password", &[address.canonical().as_bytes()], &command.origin);
        let proof = hash_of(&command.token).map_err(ResetPasswordRefusal::VerificationToken).or_refuse()?;
        let reset = async |accepted: Accepted| self.reset_proven(&command, &address, &accepted, &request).await;
        payments.pay(&request, &proof, ResetPasswordRefusal::VerificationToken, reset).await
    }

    async fn reset_proven(
        &self,
        command: &ResetCommand,
        address: &Identifier,
        accepted: &Accepted,
        request: &PaidRequest<'_>,
    ) -> Result<Attempt<()>, Halt<ResetPasswordRefusal>> {
        accepted.proves(address).map_err(ResetPasswordRefusal::VerificationToken).or_refuse()?;
        let account = self.owner(address, accepted, &command.origin).await?;
        let own = identifiers_of(&account);
        let chosen = Password::chosen(command.new_password.expose_secret(), &self.policy, &own).or_refuse()?;
        let allowed = self.hashes.allow(&command.origin, Some(account.id)).await;
        let allowed = allowed.refused_as(ResetPasswordRefusal::TooOften)?;
        if let Worth::Repeated(_) = accepted.worth {
            // The answer to the first may have been lost. It is the same request only if it has the same password.
            return match self.hashes.verify(chosen, account.password, allowed).await? {
                Verdict::Differs => refuse(ResetPasswordRefusal::VerificationToken(ProofProblem::Spent)),
                Verdict::Matches | Verdict::MatchesOutdated => Ok(Attempt::Done(())),
            };
        }
        let hash = self.hashes.hash(chosen, allowed).await?;
        let edit = Edit {
            by: By::AddressOf(account.id),
            origin: &command.origin,
            // An operator may have entered the address without proof; the reset proves it.
            changes: vec![
                Change::Password(hash),
                Change::Proven(address.clone()),
                Change::Recover(self.recovery(address)),
            ],
            payment: request.payment(vec![accepted.proof.hash]),
            end_sessions: SessionsToEnd::All,
            records: vec![(EventKind::PasswordSet, Some(format!("by a code to {}", address.masked())))],
        };
        self.editor.make(edit).await.refused_as(|refusal| match refusal {
            EditRefusal::Change(ChangeRefusal::NoAccount) => ResetPasswordRefusal::NoSuchUser,
            _ => ResetPasswordRefusal::VerificationToken(ProofProblem::Spent),
        })
    }

    fn recovery(&self, address: &Identifier) -> Recovery {
        Recovery { address: address.clone(), since: self.editor.recorder.now() - self.window }
    }

    /// Finds the active user who has the address, if the proof opens the account.
    async fn owner(
        &self,
        address: &Identifier,
        accepted: &Accepted,
        origin: &Origin,
    ) -> Result<Account, Halt<ResetPasswordRefusal>> {
        let (user, refusal) = match self.editor.accounts.find_by_identifier(address).await? {
            None => (None, ResetPasswordRefusal::NoSuchUser),
            Some(account) => match (accepted.opens(&account), account.status) {
                (Ok(()), UserStatus::Active) => return Ok(account),
                (Ok(()), UserStatus::Blocked) => (Some(account.id), ResetPasswordRefusal::Blocked),
                (Err(problem), _) => (Some(account.id), ResetPasswordRefusal::VerificationToken(problem)),
            },
        };
        self.editor.recorder.sign_in_failed_once(&accepted.proof.hash, "reset", user, origin).await?;
        refuse(refusal)
    }
}
