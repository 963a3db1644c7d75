//! Third parties, and what ties the end of a flow there to its beginning.

use std::sync::Arc;

use auth_domain::clients::{ClientId, Clients};
use auth_domain::external_identities::ProviderId;
use auth_domain::keyed_hash::{KeyUse, ServerKey};
use auth_domain::origin::Origin;
use auth_ports::{Flow, IdentityProvider};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The registered identity providers, and the clients that use them.
#[derive(Clone)]
pub struct Providers {
    providers: Arc<[Arc<dyn IdentityProvider>]>,
    clients: Clients,
}

impl Providers {
    /// Registers providers for these clients.
    #[must_use]
    pub fn new(providers: Vec<Arc<dyn IdentityProvider>>, clients: Clients) -> Self {
        Self { providers: providers.into(), clients }
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = &ProviderId> {
        self.providers.iter().map(|provider| provider.id())
    }

    pub(crate) fn get(&self, id: &str) -> Option<&dyn IdentityProvider> {
        self.providers.iter().find(|provider| provider.id().as_str() == id).map(AsRef::as_ref)
    }

    /// Where the provider may send this client's users back to: as named, else the first address.
    /// `None`: it is not registered for the provider, or not for the client.
    fn redirect_uri<'a>(
        &self,
        provider: &'a dyn IdentityProvider,
        client: &ClientId,
        named: Option<&str>,
    ) -> Option<&'a String> {
        let mut allowed = provider.redirect_uris().iter().filter(|uri| self.clients.may_return_to(client, uri));
        match named {
            Some(named) => allowed.find(|uri| *uri == named),
            None => allowed.next(),
        }
    }
}

/// The flow of this client on this device. `None`: the redirect address is not a registered one.
///
/// Clients carry nothing but the third party's code from the first call to the second, so the PKCE
/// verifier and the nonce are derived from what both calls show: provider, client, device, redirect
/// address. A code that was stolen on its way is therefore useless on another device.
pub(crate) fn flow_of(
    key: &ServerKey,
    providers: &Providers,
    provider: &dyn IdentityProvider,
    origin: &Origin,
    redirect_uri: Option<&str>,
) -> Option<Flow> {
    let redirect_uri = providers.redirect_uri(provider, &origin.client, redirect_uri)?;
    let device = origin.device.as_ref().map_or("", |device| device.as_str());
    let parts = [provider.id().as_str(), origin.client.as_str(), device, redirect_uri.as_str()].map(str::as_bytes);
    let derive = |key_use| URL_SAFE_NO_PAD.encode(key.hash(key_use, &parts));
    Some(Flow {
        redirect_uri: redirect_uri.clone(),
        pkce_verifier: derive(KeyUse::PkceVerifier),
        nonce: derive(KeyUse::ProviderNonce),
    })
}
