//! Third parties, and what ties the end of a flow there to its beginning.

use std::sync::Arc;

use auth_domain::external_identities::ProviderId;
use auth_domain::keyed_hash::{KeyUse, ServerKey};
use auth_domain::origin::Origin;
use auth_ports::{Flow, IdentityProvider};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The registered identity providers.
#[derive(Clone)]
pub struct Providers(Arc<[Arc<dyn IdentityProvider>]>);

impl Providers {
    /// Registers providers.
    #[must_use]
    pub fn new(providers: Vec<Arc<dyn IdentityProvider>>) -> Self {
        Self(providers.into())
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = &ProviderId> {
        self.0.iter().map(|provider| provider.id())
    }

    pub(crate) fn get(&self, id: &str) -> Option<&dyn IdentityProvider> {
        self.0.iter().find(|provider| provider.id().as_str() == id).map(AsRef::as_ref)
    }
}

/// The flow of this client on this device. `None`: the redirect address is not a registered one.
///
/// Clients carry nothing but the third party's code from the first call to the second, so the PKCE
/// verifier and the nonce are derived from what both calls show: provider, client, device, redirect
/// address. A code that was stolen on its way is therefore useless on another device.
pub(crate) fn flow_of(
    key: &ServerKey,
    provider: &dyn IdentityProvider,
    origin: &Origin,
    redirect_uri: Option<&str>,
) -> Option<Flow> {
    let registered = provider.redirect_uris();
    let redirect_uri = match redirect_uri {
        Some(named) => registered.iter().find(|uri| *uri == named)?,
        None => registered.first()?,
    };
    let device = origin.device.as_ref().map_or("", |device| device.as_str());
    let parts = [provider.id().as_str(), origin.client.as_str(), device, redirect_uri.as_str()].map(str::as_bytes);
    let derive = |key_use| URL_SAFE_NO_PAD.encode(key.hash(key_use, &parts));
    Some(Flow {
        redirect_uri: redirect_uri.clone(),
        pkce_verifier: derive(KeyUse::PkceVerifier),
        nonce: derive(KeyUse::ProviderNonce),
    })
}
