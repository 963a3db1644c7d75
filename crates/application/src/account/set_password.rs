//! Set or change one's own password.

use std::sync::Arc;

use auth_domain::access::Scope;
use auth_domain::accounts::Account;
use auth_domain::accounts::change::{Change, SessionsToEnd};
use auth_domain::credentials::{Password, PasswordError, PasswordPolicy};
use auth_domain::events::EventKind;
use auth_domain::identifier::Identifier;
use auth_domain::origin::Origin;
use auth_domain::payment::Payment;
use auth_ports::{ChangeRefusal, Halt, Halted as _, OrRefuse as _, PasswordHasher, Verdict, refuse};
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use super::editor::{Edit, Editor};
use super::present_password::{PresentPassword, PresentPasswordRefusal};
use crate::kit::{Accepted, Attempt, Caller, Worth, hash_of, look_twice};

/// A new password, and what permits setting it.
#[derive(Debug, Clone)]
pub struct SetPasswordCommand {
    /// The new password.
    pub new_password: SecretString,
    /// The present password, which is enough in place of a sudo token.
    pub old_password: Option<SecretString>,
    /// The `sudo_token`. It is not needed while the account has no password.
    pub sudo_token: Option<SecretString>,
    /// Where the request comes from.
    pub origin: Origin,
}

/// Why the password was not set.
#[derive(Debug, Error)]
pub enum SetPasswordRefusal {
    /// The new password is not acceptable.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The request has neither a sudo token nor the present password.
    #[error("a sudo_token or the present password is required")]
    Unproven,
    /// Anonymous users get ways to sign in by signing up, not by setting a password.
    #[error("anonymous users sign up first")]
    Anonymous,
    /// The sudo token is wrong, expired, used, or belongs to somebody else.
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
    /// Builds the use case from its ports and the rules in force.
    #[must_use]
    pub fn new(
        editor: Editor,
        hasher: Arc<dyn PasswordHasher>,
        present: PresentPassword,
        policy: PasswordPolicy,
    ) -> Self {
        Self { editor, hasher, present, policy }
    }

    /// Sets the password and ends the user's other sessions. The request may be repeated within two minutes.
    ///
    /// # Errors
    /// Returns [`SetPasswordRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(&self, caller: &Caller, command: SetPasswordCommand) -> Result<(), Halt<SetPasswordRefusal>> {
        if caller.claims.scope == Scope::Anonymous {
            return refuse(SetPasswordRefusal::Anonymous);
        }
        let own = identifiers_of(&caller.account);
        let chosen = Password::chosen(command.new_password.expose_secret(), &self.policy, &own).or_refuse()?;
        match (&command.sudo_token, &command.old_password, &caller.account.password) {
            (Some(token), _, _) => self.set_paid(caller, token, &chosen, &command.origin).await,
            (None, None, Some(_)) => refuse(SetPasswordRefusal::Unproven),
            (None, old, present) => {
                if let (Some(old), Some(_)) = (old, present) {
                    let checked = self.present.check(caller, old, &command.origin).await;
                    checked.refused_as(SetPasswordRefusal::Present)?;
                }
                let set = async || self.set(caller, &chosen, None, &command.origin).await;
                look_twice(set, || SetPasswordRefusal::SudoToken).await
            }
        }
    }

    /// Sets the password if a proof of presence pays for it, or has already paid for this same request.
    async fn set_paid(
        &self,
        caller: &Caller,
        token: &SecretString,
        chosen: &Password,
        origin: &Origin,
    ) -> Result<(), Halt<SetPasswordRefusal>> {
        let request = self.editor.payments.request("set a password", &[], origin);
        let proof = hash_of(token).map_err(|_| SetPasswordRefusal::SudoToken).or_refuse()?;
        let set = async |sudo: Accepted| {
            sudo.proves_presence(caller.account.id).map_err(|_| SetPasswordRefusal::SudoToken).or_refuse()?;
            match sudo.worth {
                Worth::Good => self.set(caller, chosen, request.payment(vec![sudo.proof.hash]), origin).await,
                Worth::Repeated(_) => self.confirm_repetition(&caller.account, chosen.clone()).await.map(Attempt::Done),
            }
        };
        self.editor.payments.pay(&request, &proof, |_| SetPasswordRefusal::SudoToken, set).await
    }

    async fn set(
        &self,
        caller: &Caller,
        chosen: &Password,
        payment: Option<Payment>,
        origin: &Origin,
    ) -> Result<Attempt<()>, Halt<SetPasswordRefusal>> {
        let hash = self.hasher.hash(chosen.clone()).await?;
        let edit = Edit {
            user: caller.account.id,
            session: Some(caller.claims.session),
            origin,
            changes: vec![Change::Password(hash)],
            payment,
            end_sessions: SessionsToEnd::AllBut(caller.claims.session),
            records: vec![(EventKind::PasswordSet, None)],
        };
        match self.editor.make(edit).await.decided()? {
            Ok(()) => Ok(Attempt::Done(())),
            Err(ChangeRefusal::ProofUnusable) => Ok(Attempt::Overtaken),
            Err(
                ChangeRefusal::NoAccount
                | ChangeRefusal::LastWayIn
                | ChangeRefusal::IdentifierTaken(_)
                | ChangeRefusal::ExternalIdentityTaken,
            ) => refuse(SetPasswordRefusal::SudoToken),
        }
    }

    /// Confirms a repeated request, because the answer to the first may have been lost. It is the same request only
    /// if it carries the same password.
    async fn confirm_repetition(&self, account: &Account, chosen: Password) -> Result<(), Halt<SetPasswordRefusal>> {
        // The account is read again, since it may have changed after the request arrived.
        let now = self.editor.accounts.find(account.id).await?;
        let stored = now.and_then(|account| account.password);
        let verdict = self.hasher.verify(chosen, stored).await?;
        if verdict == Verdict::Differs { refuse(SetPasswordRefusal::SudoToken) } else { Ok(()) }
    }
}

pub(super) fn identifiers_of(account: &Account) -> Vec<Identifier> {
    account.identifiers.iter().map(|held| held.identifier.clone()).collect()
}
