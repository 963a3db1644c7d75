//! Publishable keys of clients.

use async_trait::async_trait;
use auth_domain::client_keys::{ClientKey, PublishableKey};
use auth_domain::events::NewEvent;
use auth_ports::{ClientKeyStore, Failure};

use crate::MemoryStores;
use crate::state::in_use;

#[async_trait]
impl ClientKeyStore for MemoryStores {
    async fn create(&self, key: ClientKey, event: NewEvent) -> Result<(), Failure> {
        let mut state = self.open()?;
        state.check_event_id(&event)?;
        if state.client_keys.iter().any(|held| held.key == key.key) {
            return Err(in_use("the publishable key"));
        }
        state.client_keys.push(key);
        state.record(event);
        Ok(())
    }

    async fn list(&self) -> Result<Vec<ClientKey>, Failure> {
        let mut keys = self.open()?.client_keys.clone();
        keys.sort_by(|one, other| (one.created_at, &one.key).cmp(&(other.created_at, &other.key)));
        Ok(keys)
    }

    async fn revoke(&self, key: &PublishableKey, event: NewEvent) -> Result<bool, Failure> {
        let mut state = self.open()?;
        state.check_event_id(&event)?;
        let live = state.client_keys.iter_mut().find(|held| held.key == *key && held.revoked_at.is_none());
        let Some(held) = live else { return Ok(false) };
        held.revoked_at = Some(event.at);
        state.record(event);
        Ok(true)
    }
}
