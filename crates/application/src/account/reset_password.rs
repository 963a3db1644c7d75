//! Set a new password with a code, when the present one is forgotten.

use std::sync::Arc;

use auth_domain::accounts::change::{Change, SessionsToEnd};
use auth_domain::accounts::{Account, UserStatus};
use auth_domain::credentials::{Password, PasswordError, PasswordPolicy};
use auth_domain::events::EventKind;
use auth_domain::identifier::{IdentifierError, IdentifierKind, Schemes};
use auth_domain::origin::Origin;
use auth_ports::{ChangeRefusal, Halt, Halted as _, OrRefuse as _, PasswordHasher, Verdict, refuse};
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use super::editor::{Edit, Editor};
use super::set_password::identifiers_of;
use crate::kit::{FailedSignIns, ProofProblem, Worth};

/// A new password for who controls an address.
#[derive(Debug, Clone)]
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
pub enum ResetPasswordRefusal {
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
    /// [`ResetPasswordRefusal`], or the failure.
    pub async fn run(&self, command: ResetCommand) -> Result<(), Halt<ResetPasswordRefusal>> {
        match self.attempt(&command).await {
            // Perhaps by this same request, sent twice at once.
            Err(Halt::Refused(ResetPasswordRefusal::VerificationToken(ProofProblem::Spent))) => {
                self.attempt(&command).await
            }
            outcome => outcome,
        }
    }

    async fn attempt(&self, command: &ResetCommand) -> Result<(), Halt<ResetPasswordRefusal>> {
        let unknown_kind = Halt::Refused(ResetPasswordRefusal::VerificationToken(ProofProblem::OtherSubject));
        let scheme = self.schemes.get(command.kind.name()).ok_or(unknown_kind)?;
        let address = scheme.parse(&command.address).or_refuse()?;
        let fingerprint = self.editor.fingerprint("reset a password", &[address.canonical()]);
        let accepted = self.editor.proof(command.token.expose_secret(), &command.origin, &fingerprint).await;
        let accepted = accepted.refused_as(ResetPasswordRefusal::VerificationToken)?;
        accepted.proves(&address).map_err(ResetPasswordRefusal::VerificationToken).or_refuse()?;
        let account = self.editor.accounts.find_by_identifier(&address).await?;
        let account = match account {
            Some(account) if account.status == UserStatus::Active => account,
            refused => {
                let user = refused.map(|account| account.id);
                self.failures.record_once(&accepted.proof.hash, "reset", user, &command.origin).await?;
                return refuse(user.map_or(ResetPasswordRefusal::NoSuchUser, |_| ResetPasswordRefusal::Blocked));
            }
        };
        let own = identifiers_of(&account);
        let chosen = Password::chosen(command.new_password.expose_secret(), &self.policy, &own).or_refuse()?;
        if let Worth::Repeated(_) = accepted.worth {
            return self.confirm_repetition(&account, chosen).await;
        }
        let hash = self.hasher.hash(chosen).await?;
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
        self.editor.make(edit).await.refused_as(|refusal| match refusal {
            ChangeRefusal::NoAccount => ResetPasswordRefusal::NoSuchUser,
            ChangeRefusal::ProofUnusable
            | ChangeRefusal::LastWayIn
            | ChangeRefusal::IdentifierTaken(_)
            | ChangeRefusal::ExternalIdentityTaken => ResetPasswordRefusal::VerificationToken(ProofProblem::Spent),
        })
    }

    /// The answer to the same request may have been lost; the same it is only with the same password.
    async fn confirm_repetition(&self, account: &Account, chosen: Password) -> Result<(), Halt<ResetPasswordRefusal>> {
        let verdict = self.hasher.verify(chosen, account.password.clone()).await?;
        if verdict == Verdict::Differs {
            return refuse(ResetPasswordRefusal::VerificationToken(ProofProblem::Spent));
        }
        Ok(())
    }
}
