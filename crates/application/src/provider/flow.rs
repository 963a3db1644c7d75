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

/// Where the flow of a request is kept, and the server's key that its secrets follow from.
pub(super) struct Slot {
    /// What the flow is found by.
    pub(super) key: FlowKey,
    server: ServerKey,
}

impl Slot {
    /// Returns a flow as the provider needs it.
    pub(super) fn reveal(&self, flow: &ProviderFlow, redirect_uri: &str) -> Flow {
        Flow {
            redirect_uri: redirect_uri.to_owned(),
            pkce_verifier: flow.pkce_verifier(&self.server),
            nonce: flow.nonce(&self.server),
        }
    }
}

impl Flows {
    /// Keeps flows in this store.
    #[must_use]
    pub fn new(store: Arc<dyn ProviderFlowStore>, key: ServerKey) -> Self {
        Self { store, key }
    }

    /// Returns where the flow of a request may be, or nothing if the request names no device: first where it begins, and
    /// then where it began before the server's key was changed.
    pub(super) fn slots(&self, provider: &ProviderId, origin: &Origin, redirect_uri: &str) -> Vec<Slot> {
        let Some(device) = &origin.device else { return Vec::new() };
        let slot = |server: ServerKey| {
            let key = FlowKey::of(&server, provider, &origin.client, device, redirect_uri);
            Slot { key, server }
        };
        self.key.each().into_iter().map(slot).collect()
    }

    pub(super) async fn begin(&self, flow: ProviderFlow) -> Result<(), Failure> {
        self.store.begin(flow).await
    }

    /// Returns the flow that has begun in the first of these places and may still end.
    pub(super) async fn find(&self, slots: Vec<Slot>, now: Timestamp) -> Result<Option<(Slot, ProviderFlow)>, Failure> {
        for slot in slots {
            if let Some(flow) = self.store.find(&slot.key).await?.filter(|flow| flow.is_live(now)) {
                return Ok(Some((slot, flow)));
            }
        }
        Ok(None)
    }

    /// Ends a flow, and returns whether it was still the one that may end.
    pub(super) async fn end(&self, flow: &ProviderFlow) -> Result<bool, Failure> {
        self.store.end(flow).await
    }
}
