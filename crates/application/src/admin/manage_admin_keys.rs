//! Create, list and revoke admin keys. Several may be valid at once: to rotate, create the next key, hand it out,
//! then revoke the previous one.

use std::sync::Arc;

use auth_domain::admin::{AdminKey, AdminKeySecret, AdminScope};
use auth_domain::events::EventKind;
use auth_domain::secret_bytes::SecretBytes;
use auth_domain::text::{self, TextError};
use auth_ports::{AdminKeyStore, Failure, Halt, OrRefuse as _, refuse};
use chrono::TimeDelta;
use thiserror::Error;
use uuid::Uuid;

use super::Operator;
use crate::kit::Recorder;

/// The longest name of a key, in characters. The name appears in every event that the key causes.
const MAX_NAME: usize = 64;

/// Why no key was created.
#[derive(Debug, Error)]
pub enum NewAdminKeyRefusal {
    /// The key has no name, which events need.
    #[error("name is required")]
    NoName,
    /// The name is malformed.
    #[error("name {0}")]
    Name(#[from] TextError),
    /// The key has no scope, so it would permit nothing.
    #[error("at least one scope is required")]
    NoScope,
    /// The key would expire at once, or later than dates can express.
    #[error("the life of the key must be 1 day to 100 years")]
    Life,
}

/// A new key, with the only copy of its secret.
#[derive(Debug)]
pub struct NewAdminKey {
    /// The key as stored.
    pub key: AdminKey,
    /// The secret that the holder sends.
    pub secret: AdminKeySecret,
}

/// Manages admin keys.
pub struct ManageAdminKeys {
    keys: Arc<dyn AdminKeyStore>,
    recorder: Recorder,
}

impl ManageAdminKeys {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(keys: Arc<dyn AdminKeyStore>, recorder: Recorder) -> Self {
        Self { keys, recorder }
    }

    /// Creates a key. Its secret appears in the outcome and nowhere else.
    ///
    /// # Errors
    /// Returns [`NewAdminKeyRefusal`] if a rule refuses, or the failure of a port.
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
        let event = Operator::key_event(&self.recorder, EventKind::AdminKeyCreated, &key.name, now);
        self.keys.create(key.clone(), event).await?;
        Ok(NewAdminKey { key, secret })
    }

    /// Returns all keys, oldest first, including revoked and expired ones.
    ///
    /// # Errors
    /// Returns the [`Failure`] of a port.
    pub async fn list(&self) -> Result<Vec<AdminKey>, Failure> {
        self.keys.list().await
    }

    /// Revokes a key; requests with it are refused from now on. Returns false if there is no such key or it was
    /// revoked before.
    ///
    /// # Errors
    /// Returns the [`Failure`] of a port.
    pub async fn revoke(&self, id: Uuid) -> Result<bool, Failure> {
        let event =
            Operator::key_event(&self.recorder, EventKind::AdminKeyRevoked, &id.to_string(), self.recorder.now());
        self.keys.revoke(id, event).await
    }
}
