//! Publishable keys of clients.

use async_trait::async_trait;
use auth_domain::client_keys::{ClientKey, PublishableKey};
use auth_domain::events::NewEvent;

use crate::Failure;

/// Keeps publishable keys.
#[async_trait]
pub trait ClientKeyStore: Send + Sync {
    /// Stores a key and the event, both or nothing. Fails, and changes nothing, if the key is there already.
    async fn create(&self, key: ClientKey, event: NewEvent) -> Result<(), Failure>;

    /// Returns all keys, oldest first, including revoked ones. There are a handful for each client.
    async fn list(&self) -> Result<Vec<ClientKey>, Failure>;

    /// Revokes a key at the time of the event, and stores the event. Returns false, and stores nothing, if there is no
    /// such key or it was revoked before.
    async fn revoke(&self, key: &PublishableKey, event: NewEvent) -> Result<bool, Failure>;
}
