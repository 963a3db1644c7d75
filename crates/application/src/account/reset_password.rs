//! Set a new password with a code, when the present one is forgotten.

use std::sync::Arc;

use auth_domain::accounts::change::{Change, SessionsToEnd};
use auth_domain::accounts::{Account, UserStatus};
use auth_domain::credentials::{Password, PasswordError, PasswordPolicy};
use auth_domain::events::EventKind;
use auth_domain::identifier::{IdentifierError, IdentifierKind, Schemes};
use auth_domain::origin::Origin;
use auth_ports::{ChangeError, PasswordHasher, Verdict};
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use super::editor::{Edit, Editor};
use super::set_password::identifiers_of;
use crate::kit::{FailedSignIns, Failure, ProofProblem, ProofRefusal, Worth};

/// A new password for who controls an address.
pub struct ResetCommand {
    /// The address's kind.
    pub kind: IdentifierKind,
    /// The address as written.
    pub address: String,
    /// `verification_token` for it.
    pub token: SecretString,
    /// The new password.
    pub new_password: SecretString,
    /// From where.
    pub origin: Origin,
}

/// Why the password stays.
#[derive(Debug, Error)]
pub enum ResetPasswordError {
    /// The address is malformed.
    #[error(transparent)]
    Identifier(#[from] IdentifierError),
    /// The new password is not acceptable.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The token does not pay.
    #[error("verification token {0}")]
    VerificationToken(ProofProblem),
    /// Nobody has this address. Told only to who controls it.
    #[error("no user has this address")]
    NoSuchUser,
    /// An operator closed the account. Told only to who controls the address.
    #[error("the account is blocked")]
    Blocked,
    /// The world failed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl From<ProofRefusal> for ResetPasswordError {
    fn from(refusal: ProofRefusal) -> Self {
        match refusal {
            ProofRefusal::Problem(problem) => Self::VerificationToken(problem),
            ProofRefusal::Failed(failure) => failure.into(),
        }
    }
}

/// Resets passwords.
pub struct ResetPassword {
    editor: Editor,
    failures: FailedSignIns,
    hasher: Arc<dyn PasswordHasher>,
    schemes: Schemes,
    policy: PasswordPolicy,
}

impl ResetPassword {
    /// On these ports, by these rules.
    #[must_use]
    pub fn new(
        editor: Editor,
        failures: FailedSignIns,
        hasher: Arc<dyn PasswordHasher>,
        schemes: Schemes,
        policy: PasswordPolicy,
    ) -> Self {
        Self { editor, failures, hasher, schemes, policy }
    }

    /// Sets the password and ends all sessions of the user. May be repeated within two minutes.
    ///
    /// # Errors
    /// [`ResetPasswordError`].
    pub async fn run(&self, command: ResetCommand) -> Result<(), ResetPasswordError> {
        match self.attempt(&command).await {
            // Perhaps by this same request, sent twice at once.
            Err(ResetPasswordError::VerificationToken(ProofProblem::Spent)) => self.attempt(&command).await,
            outcome => outcome,
        }
    }

    async fn attempt(&self, command: &ResetCommand) -> Result<(), ResetPasswordError> {
        let unknown_kind = || ResetPasswordError::VerificationToken(ProofProblem::OtherSubject);
        let address = self.schemes.get(command.kind.name()).ok_or_else(unknown_kind)?.parse(&command.address)?;
        let fingerprint = self.editor.fingerprint("reset a password", &[address.canonical()]);
        let accepted = self.editor.proof(command.token.expose_secret(), &command.origin, &fingerprint).await?;
        accepted.proves(&address).map_err(ResetPasswordError::VerificationToken)?;
        let account = self.editor.accounts.find_by_identifier(&address).await.map_err(Failure::from)?;
        let account = match account {
            Some(account) if account.status == UserStatus::Active => account,
            refused => {
                let user = refused.map(|account| account.id);
                self.failures.record_once(&accepted.proof.hash, "reset", user, &command.origin).await?;
                return Err(user.map_or(ResetPasswordError::NoSuchUser, |_| ResetPasswordError::Blocked));
            }
        };
        let chosen = Password::chosen(command.new_password.expose_secret(), &self.policy, &identifiers_of(&account))?;
        if let Worth::Repeated(_) = accepted.worth {
            return self.confirm_repetition(&account, chosen).await;
        }
        let hash = self.hasher.hash(chosen).await.map_err(Failure::from)?;
        let edit = Edit {
            user: account.id,
            session: None,
            origin: &command.origin,
            // An operator may have written the address down; whoever resets has proven it.
            changes: vec![Change::Password(hash), Change::Proven(address.clone())],
            proofs: vec![accepted.proof.hash],
            fingerprint,
            end_sessions: SessionsToEnd::All,
            records: vec![(EventKind::PasswordSet, Some(format!("by a code to {}", address.masked())))],
        };
        self.editor.make(edit).await.map_err(|error| match error {
            ChangeError::Store(error) => Failure::from(error).into(),
            ChangeError::NoAccount => ResetPasswordError::NoSuchUser,
            ChangeError::ProofUnusable
            | ChangeError::LastWayIn
            | ChangeError::IdentifierTaken(_)
            | ChangeError::ExternalIdentityTaken => ResetPasswordError::VerificationToken(ProofProblem::Spent),
        })
    }

    /// The answer to the same request may have been lost; the same it is only with the same password.
    async fn confirm_repetition(&self, account: &Account, chosen: Password) -> Result<(), ResetPasswordError> {
        let verdict = self.hasher.verify(chosen, account.password.clone()).await.map_err(Failure::from)?;
        if verdict == Verdict::Differs {
            return Err(ResetPasswordError::VerificationToken(ProofProblem::Spent));
        }
        Ok(())
    }
}
