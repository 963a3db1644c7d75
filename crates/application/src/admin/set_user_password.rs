//! Set a user's password on their behalf.

use std::sync::Arc;

use auth_domain::accounts::UserId;
use auth_domain::accounts::change::{AccountChange, Author, Change, SessionsToEnd};
use auth_domain::credentials::{PasswordError, PasswordPolicy};
use auth_domain::events::EventKind;
use auth_domain::identifier::Identifier;
use auth_ports::{AccountStore, ChangeRefusal, Failure, Halt, Halted as _, HashAsker, PasswordHasher, refuse};
use secrecy::SecretString;
use thiserror::Error;

use super::Operator;
use super::initial_password::given_or_drawn;
use crate::kit::Recorder;

/// Why no password was set. Nothing was stored.
#[derive(Debug, Error)]
pub enum SetUserPasswordRefusal {
    /// Nobody has this id.
    #[error("there is no such user")]
    NoSuchUser,
    /// The password is not acceptable.
    #[error(transparent)]
    Password(#[from] PasswordError),
}

/// Sets passwords.
pub struct SetUserPassword {
    accounts: Arc<dyn AccountStore>,
    hasher: Arc<dyn PasswordHasher>,
    recorder: Recorder,
    policy: PasswordPolicy,
}

impl SetUserPassword {
    /// Builds the use case from its ports and the rules in force.
    #[must_use]
    pub fn new(
        accounts: Arc<dyn AccountStore>,
        hasher: Arc<dyn PasswordHasher>,
        recorder: Recorder,
        policy: PasswordPolicy,
    ) -> Self {
        Self { accounts, hasher, recorder, policy }
    }

    /// Sets the password and ends all sessions, also for blocked users. Without a given password it generates a
    /// random one and returns it; that is the only copy.
    ///
    /// # Errors
    /// Returns [`SetUserPasswordRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(
        &self,
        user: UserId,
        password: Option<SecretString>,
        operator: &Operator,
    ) -> Result<Option<SecretString>, Halt<SetUserPasswordRefusal>> {
        let account = self.accounts.find(user).await?.ok_or(Halt::Refused(SetUserPasswordRefusal::NoSuchUser))?;
        let own: Vec<Identifier> = account.identifiers.into_iter().map(|held| held.identifier).collect();
        let (password, initial) = given_or_drawn(password.as_ref(), &own, &self.policy, self.recorder.entropy())?;
        let hash = self.hasher.hash(password, HashAsker::Operator).await?;
        let now = self.recorder.now();
        let change = AccountChange {
            user,
            by: Author::Operator,
            changes: vec![Change::Password(hash)],
            payment: None,
            end_sessions: SessionsToEnd::All,
            events: vec![operator.event(&self.recorder, EventKind::PasswordSet, Some(user), now)],
            telling: self.recorder.telling(None),
            at: now,
        };
        match self.accounts.change(change).await.decided()? {
            Ok(()) => {
                self.recorder.told();
                Ok(initial)
            }
            Err(ChangeRefusal::NoAccount) => refuse(SetUserPasswordRefusal::NoSuchUser),
            // None of the other refusals can result from setting a password.
            Err(refusal) => Err(Failure::internal(refusal).into()),
        }
    }
}
