//! Set or change one's own password.

use std::sync::Arc;

use auth_domain::access::Scope;
use auth_domain::accounts::Account;
use auth_domain::accounts::change::{Change, SessionsToEnd};
use auth_domain::credentials::{Password, PasswordError, PasswordPolicy};
use auth_domain::events::EventKind;
use auth_domain::identifier::Identifier;
use auth_domain::origin::Origin;
use auth_domain::proofs::ProofHash;
use auth_ports::{ChangeRefusal, Halt, Halted as _, OrRefuse as _, PasswordHasher, Verdict, refuse};
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use super::editor::{Edit, Editor};
use super::present_password::{PresentPassword, PresentPasswordRefusal};
use crate::kit::{Caller, Worth};

/// A new password, and why it may be set.
#[derive(Debug, Clone)]
pub struct SetPasswordCommand {
    /// The new one.
    pub new_password: SecretString,
    /// The present one; enough in place of a sudo token.
    pub old_password: Option<SecretString>,
    /// `sudo_token`; not needed while the account has no password.
    pub sudo_token: Option<SecretString>,
    /// From where.
    pub origin: Origin,
}

/// Why the password stays.
#[derive(Debug, Error)]
pub enum SetPasswordRefusal {
    /// The new one is not acceptable.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// Neither a sudo token nor the present password.
    #[error("a sudo_token or the present password is required")]
    Unproven,
    /// Who is known by a device only gets ways to sign in by signing up.
    #[error("anonymous users sign up first")]
    Anonymous,
    /// The sudo token is wrong, expired, used, or somebody else's.
    #[error("sudo_token is wrong, expired or used")]
    SudoToken,
    /// The present password was not accepted.
    #[error(transparent)]
    Present(#[from] PresentPasswordRefusal),
}

/// Sets passwords.
pub struct SetPassword {
    editor: Editor,
    hasher: Arc<dyn PasswordHasher>,
    present: PresentPassword,
    policy: PasswordPolicy,
}

impl SetPassword {
    /// On these ports, by these rules.
    #[must_use]
    pub fn new(
        editor: Editor,
        hasher: Arc<dyn PasswordHasher>,
        present: PresentPassword,
        policy: PasswordPolicy,
    ) -> Self {
        Self { editor, hasher, present, policy }
    }

    /// Sets the password and ends the user's other sessions. May be repeated within two minutes.
    ///
    /// # Errors
    /// [`SetPasswordRefusal`], or the failure.
    pub async fn run(&self, caller: &Caller, command: SetPasswordCommand) -> Result<(), Halt<SetPasswordRefusal>> {
        match self.attempt(caller, &command).await {
            // Perhaps spent by this same request, sent twice at once.
            Err(Halt::Refused(SetPasswordRefusal::SudoToken)) => self.attempt(caller, &command).await,
            outcome => outcome,
        }
    }

    async fn attempt(&self, caller: &Caller, command: &SetPasswordCommand) -> Result<(), Halt<SetPasswordRefusal>> {
        if caller.claims.scope == Scope::Anonymous {
            return refuse(SetPasswordRefusal::Anonymous);
        }
        let account = &caller.account;
        let own = identifiers_of(account);
        let chosen = Password::chosen(command.new_password.expose_secret(), &self.policy, &own).or_refuse()?;
        let fingerprint = self.editor.fingerprint("set a password", &[]);
        let proof = match self.justify(caller, command, &fingerprint).await? {
            Justification::Present => None,
            Justification::Proof(hash) => Some(hash),
            Justification::Repetition => return self.confirm_repetition(account, chosen).await,
        };
        let hash = self.hasher.hash(chosen).await?;
        let edit = Edit {
            user: account.id,
            session: Some(caller.claims.session),
            origin: &command.origin,
            changes: vec![Change::Password(hash)],
            proofs: Vec::from_iter(proof),
            fingerprint,
            end_sessions: SessionsToEnd::AllBut(caller.claims.session),
            records: vec![(EventKind::PasswordSet, None)],
        };
        self.editor.make(edit).await.refused_as(|refusal| match refusal {
            ChangeRefusal::ProofUnusable
            | ChangeRefusal::NoAccount
            | ChangeRefusal::LastWayIn
            | ChangeRefusal::IdentifierTaken(_)
            | ChangeRefusal::ExternalIdentityTaken => SetPasswordRefusal::SudoToken,
        })
    }

    /// The answer to the same request may have been lost; the same it is only with the same password.
    async fn confirm_repetition(&self, account: &Account, chosen: Password) -> Result<(), Halt<SetPasswordRefusal>> {
        // As it is now, and not as it was when the request came.
        let now = self.editor.accounts.find(account.id).await?;
        let stored = now.and_then(|account| account.password);
        let verdict = self.hasher.verify(chosen, stored).await?;
        if verdict == Verdict::Differs { refuse(SetPasswordRefusal::SudoToken) } else { Ok(()) }
    }

    async fn justify(
        &self,
        caller: &Caller,
        command: &SetPasswordCommand,
        fingerprint: &[u8; 32],
    ) -> Result<Justification, Halt<SetPasswordRefusal>> {
        match (&command.sudo_token, &command.old_password, &caller.account.password) {
            (Some(token), _, _) => {
                let found = self.editor.proof(token.expose_secret(), &command.origin, fingerprint).await;
                let accepted = found.refused_as(|_| SetPasswordRefusal::SudoToken)?;
                accepted.proves_presence(caller.account.id).map_err(|_| SetPasswordRefusal::SudoToken).or_refuse()?;
                match accepted.worth {
                    Worth::Good => Ok(Justification::Proof(accepted.proof.hash)),
                    Worth::Repeated(_) => Ok(Justification::Repetition),
                }
            }
            (None, _, None) => Ok(Justification::Present),
            (None, Some(old), Some(_)) => {
                self.present.check(caller, old, &command.origin).await.refused_as(SetPasswordRefusal::Present)?;
                Ok(Justification::Present)
            }
            (None, None, Some(_)) => refuse(SetPasswordRefusal::Unproven),
        }
    }
}

/// What justifies a change.
enum Justification {
    /// There was no password before, or it was shown.
    Present,
    /// A proof of presence, to be spent.
    Proof(ProofHash),
    /// A proof that paid for this same request before.
    Repetition,
}

pub(super) fn identifiers_of(account: &Account) -> Vec<Identifier> {
    account.identifiers.iter().map(|held| held.identifier.clone()).collect()
}
