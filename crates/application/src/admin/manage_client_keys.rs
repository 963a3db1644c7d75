//! Create, list and revoke publishable keys of clients. Several may be valid at once: to replace one, create the next,
//! publish it, then revoke the previous one.

use std::sync::Arc;

use auth_domain::client_keys::{ClientKey, PublishableKey};
use auth_domain::clients::{ClientId, Clients};
use auth_domain::events::EventKind;
use auth_ports::{ClientKeyStore, Failure, Halt, refuse};
use thiserror::Error;

use super::Operator;
use crate::kit::Recorder;

/// Why no key was created.
#[derive(Debug, Error)]
pub enum NewClientKeyRefusal {
    /// The settings know no such client, so the key would name nobody.
    #[error("there is no such client: register it under [clients.registered.{0}] first")]
    UnknownClient(ClientId),
}

/// Manages publishable keys.
pub struct ManageClientKeys {
    keys: Arc<dyn ClientKeyStore>,
    clients: Clients,
    recorder: Recorder,
}

impl ManageClientKeys {
    /// Builds the use case from its ports and the registered clients.
    #[must_use]
    pub fn new(keys: Arc<dyn ClientKeyStore>, clients: Clients, recorder: Recorder) -> Self {
        Self { keys, clients, recorder }
    }

    /// Creates a key of a registered client, or of the default one.
    ///
    /// # Errors
    /// Returns [`NewClientKeyRefusal`] if a rule refuses, or the failure of a port.
    pub async fn create(&self, client: &ClientId) -> Result<ClientKey, Halt<NewClientKeyRefusal>> {
        if !self.clients.knows(client) {
            return refuse(NewClientKeyRefusal::UnknownClient(client.clone()));
        }
        let now = self.recorder.now();
        let key = PublishableKey::new(self.recorder.draw());
        let key = ClientKey { key, client: client.clone(), created_at: now, revoked_at: None };
        let event = Operator::key_event(&self.recorder, EventKind::ClientKeyCreated, &key.key.to_string(), now);
        self.keys.create(key.clone(), event).await?;
        Ok(key)
    }

    /// Whether the settings know the client: it is registered, or it is the default one.
    #[must_use]
    pub fn knows(&self, client: &ClientId) -> bool {
        self.clients.knows(client)
    }

    /// Returns all keys, oldest first, including revoked ones.
    ///
    /// # Errors
    /// Returns the [`Failure`] of a port.
    pub async fn list(&self) -> Result<Vec<ClientKey>, Failure> {
        self.keys.list().await
    }

    /// Revokes a key. Running servers notice within ten seconds. Returns false if there is no such key or it was revoked
    /// before.
    ///
    /// # Errors
    /// Returns the [`Failure`] of a port.
    pub async fn revoke(&self, key: &PublishableKey) -> Result<bool, Failure> {
        let event =
            Operator::key_event(&self.recorder, EventKind::ClientKeyRevoked, &key.to_string(), self.recorder.now());
        self.keys.revoke(key, event).await
    }
}
