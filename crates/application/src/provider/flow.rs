//! What ties the end of a sign-in at a third party to its beginning.

use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::external_identities::ProviderId;
use auth_domain::keyed_hash::ServerKey;
use auth_domain::origin::Origin;
use auth_domain::provider_flows::{FlowKey, ProviderFlow};
use auth_ports::{Failure, Flow, ProviderFlowStore};

/// The flows that have begun. From the first call to the second, clients carry nothing but the third party's code, so the
/// flow is found by what both calls contain: provider, client, device and redirect address. Without a device there is
/// none, because its network is not enough to tell two people apart.
#[derive(Clone)]
pub struct Flows {
    store: Arc<dyn ProviderFlowStore>,
    key: ServerKey,
}

impl Flows {
    /// Keeps flows in this store.
    #[must_use]
    pub fn new(store: Arc<dyn ProviderFlowStore>, key: ServerKey) -> Self {
        Self { store, key }
    }

    /// Returns what the flow of a request is found by, or `None` if the request names no device.
    pub(super) fn key_of(&self, provider: &ProviderId, origin: &Origin, redirect_uri: &str) -> Option<FlowKey> {
        let device = origin.device.as_ref()?;
        Some(FlowKey::of(&self.key, provider, &origin.client, device, redirect_uri))
    }

    /// Returns a flow as the provider needs it.
    pub(super) fn reveal(&self, flow: &ProviderFlow, redirect_uri: &str) -> Flow {
        Flow {
            redirect_uri: redirect_uri.to_owned(),
            pkce_verifier: flow.pkce_verifier(&self.key),
            nonce: flow.nonce(&self.key),
        }
    }

    pub(super) async fn begin(&self, flow: ProviderFlow) -> Result<(), Failure> {
        self.store.begin(flow).await
    }

    /// Returns the flow that has begun under this key and may still end.
    pub(super) async fn find(&self, key: &FlowKey, now: Timestamp) -> Result<Option<ProviderFlow>, Failure> {
        Ok(self.store.find(key).await?.filter(|flow| flow.is_live(now)))
    }

    /// Ends a flow, and returns whether it was still the one that may end.
    pub(super) async fn end(&self, flow: &ProviderFlow) -> Result<bool, Failure> {
        self.store.end(flow).await
    }
}
