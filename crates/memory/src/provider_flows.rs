//! Sign-ins at third parties that have begun.

use async_trait::async_trait;
use auth_domain::provider_flows::{FlowKey, ProviderFlow};
use auth_ports::{Failure, ProviderFlowStore};

use crate::MemoryStores;

#[async_trait]
impl ProviderFlowStore for MemoryStores {
    async fn begin(&self, flow: ProviderFlow) -> Result<(), Failure> {
        let mut state = self.open()?;
        state.provider_flows.retain(|held| held.key != flow.key);
        state.provider_flows.push(flow);
        Ok(())
    }

    async fn find(&self, key: &FlowKey) -> Result<Option<ProviderFlow>, Failure> {
        Ok(self.open()?.provider_flows.iter().find(|held| held.key == *key).copied())
    }

    async fn end(&self, flow: &ProviderFlow) -> Result<bool, Failure> {
        let mut state = self.open()?;
        let before = state.provider_flows.len();
        state.provider_flows.retain(|held| (held.key, held.id) != (flow.key, flow.id));
        Ok(state.provider_flows.len() < before)
    }
}
