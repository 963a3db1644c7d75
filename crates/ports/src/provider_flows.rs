//! Sign-ins at third parties that have begun.

use async_trait::async_trait;
use auth_domain::provider_flows::{FlowKey, ProviderFlow};

use crate::Failure;

/// Keeps flows from the address that begins one to the code that ends it. There is one flow per key.
#[async_trait]
pub trait ProviderFlowStore: Send + Sync {
    /// Keeps a flow, in place of the one that began before it under the same key.
    async fn begin(&self, flow: ProviderFlow) -> Result<(), Failure>;

    /// Returns the flow under this key, even if it has expired.
    async fn find(&self, key: &FlowKey) -> Result<Option<ProviderFlow>, Failure>;

    /// Ends a flow, and returns whether it was there: not if it has ended, and not if another one took its place. Of
    /// concurrent calls with the same flow, one returns true.
    async fn end(&self, flow: &ProviderFlow) -> Result<bool, Failure>;
}
