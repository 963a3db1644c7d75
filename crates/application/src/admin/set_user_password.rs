//! Set a user's password for them.

use std::sync::Arc;

use auth_domain::accounts::UserId;
use auth_domain::accounts::change::{AccountChange, Change, SessionsToEnd};
use auth_domain::credentials::{Password, PasswordError, PasswordPolicy};
use auth_domain::events::EventKind;
use auth_domain::identifier::Identifier;
use auth_ports::{AccountStore, ChangeError, Clock, Entropy, PasswordHasher};
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use super::Operator;
use super::initial_password::InitialPassword;
use crate::kit::Failure;

/// Why no password was set. Nothing was stored.
#[derive(Debug, Error)]
pub enum SetUserPasswordError {
    /// Nobody has this id.
    #[error("there is no such user")]
    NoSuchUser,
    /// The password is not acceptable.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The world failed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

/// Sets passwords.
pub struct SetUserPassword {
    accounts: Arc<dyn AccountStore>,
    hasher: Arc<dyn PasswordHasher>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    policy: PasswordPolicy,
}

impl SetUserPassword {
    /// On these ports, by these rules.
    #[must_use]
    pub fn new(
        accounts: Arc<dyn AccountStore>,
        hasher: Arc<dyn PasswordHasher>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        policy: PasswordPolicy,
    ) -> Self {
        Self { accounts, hasher, clock, entropy, policy }
    }

    /// Sets the password, blocked users' too, and ends all sessions. Without a password a random one
    /// is made, and given back: the only copy.
    ///
    /// # Errors
    /// [`SetUserPasswordError`].
    pub async fn run(
        &self,
        user: UserId,
        password: Option<SecretString>,
        operator: &Operator,
    ) -> Result<Option<SecretString>, SetUserPasswordError> {
        let account = self.accounts.find(user).await.map_err(Failure::from)?.ok_or(SetUserPasswordError::NoSuchUser)?;
        let own: Vec<Identifier> = account.identifiers.into_iter().map(|held| held.identifier).collect();
        let (password, initial) = match password {
            Some(raw) => (Password::chosen(raw.expose_secret(), &self.policy, &own)?, None),
            None => {
                let drawn = InitialPassword::draw(&*self.entropy, &self.policy)?;
                (drawn.password, Some(drawn.text))
            }
        };
        let hash = self.hasher.hash(password).await.map_err(Failure::from)?;
        let now = self.clock.now();
        let change = AccountChange {
            user,
            session: None,
            changes: vec![Change::Password(hash)],
            proofs: Vec::new(),
            fingerprint: [0; 32],
            end_sessions: SessionsToEnd::All,
            events: vec![operator.event(&*self.entropy, EventKind::PasswordSet, Some(user), now)],
            at: now,
        };
        match self.accounts.change(change).await {
            Ok(()) => Ok(initial),
            Err(ChangeError::NoAccount) => Err(SetUserPasswordError::NoSuchUser),
            Err(ChangeError::Store(error)) => Err(Failure::from(error).into()),
            // None of these is about a password.
            Err(error) => Err(Failure::Internal(error.into()).into()),
        }
    }
}
