//! Admin keys.

use async_trait::async_trait;
use auth_domain::admin::AdminKey;
use auth_domain::events::NewEvent;
use auth_domain::secret_bytes::SecretHash;
use auth_ports::{AdminKeyStore, Failure};
use uuid::Uuid;

use crate::MemoryStores;
use crate::state::in_use;

#[async_trait]
impl AdminKeyStore for MemoryStores {
    async fn create(&self, key: AdminKey, event: NewEvent) -> Result<(), Failure> {
        let mut state = self.open()?;
        state.check_event_id(&event)?;
        if state.admin_keys.iter().any(|held| held.id == key.id || held.hash == key.hash) {
            return Err(in_use("the admin key's id or hash"));
        }
        state.admin_keys.push(key);
        state.record(event);
        Ok(())
    }

    async fn find(&self, hash: &SecretHash) -> Result<Option<AdminKey>, Failure> {
        Ok(self.open()?.admin_keys.iter().find(|key| key.hash == *hash).cloned())
    }

    async fn list(&self) -> Result<Vec<AdminKey>, Failure> {
        let mut keys = self.open()?.admin_keys.clone();
        keys.sort_by_key(|key| (key.created_at, key.id));
        Ok(keys)
    }

    async fn revoke(&self, id: Uuid, event: NewEvent) -> Result<bool, Failure> {
        let mut state = self.open()?;
        state.check_event_id(&event)?;
        let Some(key) = state.admin_keys.iter_mut().find(|key| key.id == id && key.revoked_at.is_none()) else {
            return Ok(false);
        };
        key.revoked_at = Some(event.at);
        state.record(event);
        Ok(true)
    }
}
