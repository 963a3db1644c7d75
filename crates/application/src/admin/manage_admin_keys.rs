//! Make, list and revoke admin keys. Several may live at once: to rotate, make the next one, hand it
//! out, revoke the last one.

use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::admin::{AdminKey, AdminKeySecret, AdminScope};
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::secret_bytes::SecretBytes;
use auth_domain::text::{self, TextError};
use auth_ports::{AdminKeyStore, Failure, Halt, OrRefuse as _, refuse};
use chrono::TimeDelta;
use thiserror::Error;
use uuid::Uuid;

use super::Operator;
use crate::kit::Recorder;

/// Longest name of a key, in characters; it stands in every event that the key causes.
const MAX_NAME: usize = 64;

/// Why no key was made.
#[derive(Debug, Error)]
pub enum NewAdminKeyRefusal {
    /// Events name the key, so it has a name.
    #[error("name is required")]
    NoName,
    /// The name is malformed.
    #[error("name {0}")]
    Name(#[from] TextError),
    /// It would permit nothing.
    #[error("at least one scope is required")]
    NoScope,
    /// Its life would be over at once, or never within what calendars can say.
    #[error("the life of the key must be 1 day to 100 years")]
    Life,
}

/// A key, with the only copy of its secret.
#[derive(Debug)]
pub struct NewAdminKey {
    /// The key as stored.
    pub key: AdminKey,
    /// What its holder sends.
    pub secret: AdminKeySecret,
}

/// Manages admin keys.
pub struct ManageAdminKeys {
    keys: Arc<dyn AdminKeyStore>,
    recorder: Recorder,
}

impl ManageAdminKeys {
    /// On these ports.
    #[must_use]
    pub fn new(keys: Arc<dyn AdminKeyStore>, recorder: Recorder) -> Self {
        Self { keys, recorder }
    }

    /// Makes a key. Its secret is in the outcome and nowhere else.
    ///
    /// # Errors
    /// [`NewAdminKeyRefusal`], or the failure.
    pub async fn create(
        &self,
        name: &str,
        scopes: Vec<AdminScope>,
        life: Option<TimeDelta>,
    ) -> Result<NewAdminKey, Halt<NewAdminKeyRefusal>> {
        let name = text::bounded(name, MAX_NAME).or_refuse()?;
        if name.is_empty() {
            return refuse(NewAdminKeyRefusal::NoName);
        }
        if scopes.is_empty() {
            return refuse(NewAdminKeyRefusal::NoScope);
        }
        let possible = TimeDelta::days(1)..=TimeDelta::days(36_525);
        if life.is_some_and(|life| !possible.contains(&life)) {
            return refuse(NewAdminKeyRefusal::Life);
        }
        let now = self.recorder.now();
        let secret = AdminKeySecret::new(SecretBytes::new(self.recorder.draw()));
        let key = AdminKey {
            id: uuid::Builder::from_random_bytes(self.recorder.draw()).into_uuid(),
            name,
            hash: secret.hash(),
            scopes,
            created_at: now,
            expires_at: life.map(|life| now + life),
            revoked_at: None,
        };
        let event = self.event(EventKind::AdminKeyCreated, &key.name, now);
        self.keys.create(key.clone(), event).await?;
        Ok(NewAdminKey { key, secret })
    }

    /// All keys, oldest first, revoked and expired ones included.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn list(&self) -> Result<Vec<AdminKey>, Failure> {
        self.keys.list().await
    }

    /// Revokes a key; requests with it are refused from now on. False when there is none, or it was
    /// revoked before.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn revoke(&self, id: Uuid) -> Result<bool, Failure> {
        let event = self.event(EventKind::AdminKeyRevoked, &id.to_string(), self.recorder.now());
        self.keys.revoke(id, event).await
    }

    /// Keys are managed at the command line only.
    fn event(&self, kind: EventKind, key: &str, now: Timestamp) -> NewEvent {
        let event = Operator::at_the_command_line().event(&self.recorder, kind, None, now);
        NewEvent { detail: Some(key.to_owned()), ..event }
    }
}
