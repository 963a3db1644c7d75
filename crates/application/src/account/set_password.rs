//! Set or change one's own password.

use auth_domain::accounts::Account;
use auth_domain::accounts::change::{Change, SessionsToEnd};
use auth_domain::credentials::{Password, PasswordError, PasswordHash, PasswordPolicy};
use auth_domain::events::EventKind;
use auth_domain::identifier::Identifier;
use auth_domain::origin::Origin;
use auth_domain::payment::Payment;
use auth_ports::{ChangeRefusal, Halt, Halted as _, OrRefuse as _, Verdict, refuse};
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use super::editor::{By, Edit, EditRefusal, Editor};
use super::present_password::{PresentPassword, PresentPasswordRefusal};
use crate::kit::{Accepted, Allowance, Attempt, Caller, Hashes, NotPresent, OverBudget, Worth, hash_of, look_twice};

/// A new password, and what permits setting it.
#[derive(Debug, Clone)]
pub struct SetPasswordCommand {
    /// The new password.
    pub new_password: SecretString,
    /// The present password, which is enough in place of a sudo token.
    pub old_password: Option<SecretString>,
    /// The `sudo_token`. While the account has no password, a session that shows presence is enough.
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
    /// The owner has not shown lately to be there, which a first password needs.
    #[error(transparent)]
    NotPresent(#[from] NotPresent),
    /// Anonymous users get ways to sign in by signing up, not by setting a password.
    #[error("anonymous users sign up first")]
    Anonymous,
    /// The sudo token is wrong, expired, used, or belongs to somebody else.
    #[error("sudo_token is wrong, expired or used")]
    SudoToken,
    /// The present password was not accepted.
    #[error(transparent)]
    Present(#[from] PresentPasswordRefusal),
    /// The network or the account had too many passwords hashed.
    #[error("too many costly requests: try again later")]
    TooOften(OverBudget),
}

/// Sets passwords.
pub struct SetPassword {
    editor: Editor,
    hashes: Hashes,
    present: PresentPassword,
    policy: PasswordPolicy,
}

impl SetPassword {
    /// Builds the use case from its ports and the rules in force.
    #[must_use]
    pub fn new(editor: Editor, hashes: Hashes, present: PresentPassword, policy: PasswordPolicy) -> Self {
        Self { editor, hashes, present, policy }
    }

    /// Sets the password and ends the user's other sessions. The request may be repeated within two minutes.
    ///
    /// # Errors
    /// Returns [`SetPasswordRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(&self, caller: &Caller, command: SetPasswordCommand) -> Result<(), Halt<SetPasswordRefusal>> {
        if caller.is_anonymous() {
            return refuse(SetPasswordRefusal::Anonymous);
        }
        let own = identifiers_of(&caller.account);
        let chosen = Password::chosen(command.new_password.expose_secret(), &self.policy, &own).or_refuse()?;
        let origin = &command.origin;
        let change: fn(PasswordHash) -> Change = match (&command.sudo_token, &command.old_password) {
            (Some(token), _) => return self.set_paid(caller, token, &chosen, origin).await,
            (None, _) if caller.account.password.is_none() => {
                // It is asked here already, so that nobody buys a hash with an access token.
                self.editor.presence.require(caller, origin).await.refused_as(SetPasswordRefusal::NotPresent)?;
                Change::FirstPassword
            }
            (None, Some(old)) => {
                self.present.check(caller, old, origin).await.refused_as(SetPasswordRefusal::Present)?;
                Change::Password
            }
            (None, None) => return refuse(SetPasswordRefusal::Unproven),
        };
        let set = async || self.set(caller, &chosen, change, None, origin).await;
        look_twice(set, || SetPasswordRefusal::SudoToken).await
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
                Worth::Good => {
                    let payment = request.payment(vec![sudo.proof.hash]);
                    self.set(caller, chosen, Change::Password, payment, origin).await
                }
                Worth::Repeated(_) => self.confirm_repetition(caller, chosen.clone(), origin).await.map(Attempt::Done),
            }
        };
        self.editor.payments.pay(&request, &proof, |_| SetPasswordRefusal::SudoToken, set).await
    }

    async fn set(
        &self,
        caller: &Caller,
        chosen: &Password,
        change: fn(PasswordHash) -> Change,
        payment: Option<Payment>,
        origin: &Origin,
    ) -> Result<Attempt<()>, Halt<SetPasswordRefusal>> {
        let hash = self.hashes.hash(chosen.clone(), self.allow(caller, origin).await?).await?;
        let edit = Edit {
            by: By::Present(caller),
            origin,
            changes: vec![change(hash)],
            payment,
            end_sessions: SessionsToEnd::AllBut(caller.claims.session),
            records: vec![(EventKind::PasswordSet, None)],
        };
        self.editor.make(edit).await.refused_as(|refusal| match refusal {
            EditRefusal::NotPresent(refusal) => refusal.into(),
            EditRefusal::Change(ChangeRefusal::PasswordSet) => SetPasswordRefusal::Unproven,
            // Only a proven way in makes an ordinary user, and a password is none.
            EditRefusal::Change(_) | EditRefusal::Conversion(_) => SetPasswordRefusal::SudoToken,
        })
    }

    /// Confirms a repeated request, because the answer to the first may have been lost. It is the same request only
    /// if it carries the same password.
    async fn confirm_repetition(
        &self,
        caller: &Caller,
        chosen: Password,
        origin: &Origin,
    ) -> Result<(), Halt<SetPasswordRefusal>> {
        let allowed = self.allow(caller, origin).await?;
        // The account is read again, since it may have changed after the request arrived.
        let now = self.editor.accounts.find(caller.account.id).await?;
        let stored = now.and_then(|account| account.password);
        let verdict = self.hashes.verify(chosen, stored, allowed).await?;
        if verdict == Verdict::Differs { refuse(SetPasswordRefusal::SudoToken) } else { Ok(()) }
    }

    async fn allow(&self, caller: &Caller, origin: &Origin) -> Result<Allowance, Halt<SetPasswordRefusal>> {
        self.hashes.allow(origin, Some(caller.account.id)).await.refused_as(SetPasswordRefusal::TooOften)
    }
}

pub(super) fn identifiers_of(account: &Account) -> Vec<Identifier> {
    account.identifiers.iter().map(|held| held.identifier.clone()).collect()
}
