//! Keys of the admin backend.

use async_trait::async_trait;
use auth_domain::admin::AdminKey;
use auth_domain::events::NewEvent;
use auth_domain::secret_bytes::SecretHash;
use uuid::Uuid;

use crate::Failure;

/// Keeps admin keys.
#[async_trait]
pub trait AdminKeyStore: Send + Sync {
    /// Stores a key and the event, both or nothing.
    async fn create(&self, key: AdminKey, event: NewEvent) -> Result<(), Failure>;

    /// Returns the key with this hash, even if it is revoked or expired.
    async fn find(&self, hash: &SecretHash) -> Result<Option<AdminKey>, Failure>;

    /// Returns all keys, oldest first.
    async fn list(&self) -> Result<Vec<AdminKey>, Failure>;

    /// Revokes a key at the time of the event, and stores the event. Returns false, and stores nothing, if there is
    /// no such key or it was revoked before.
    async fn revoke(&self, id: Uuid, event: NewEvent) -> Result<bool, Failure>;
}
