//! What ties the end of a flow at a third party to its beginning.

use auth_domain::keyed_hash::{KeyUse, ServerKey};
use auth_domain::origin::Origin;
use auth_ports::{Flow, IdentityProvider};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::kit::Providers;

/// Returns the flow of this client on this device, or `None` if the redirect address is not registered.
///
/// From the first call to the second, clients carry nothing but the third party's code. The PKCE verifier and the
/// nonce are therefore derived from what both calls contain: provider, client, device and redirect address. A stolen
/// code is thus useless on another device.
pub(super) fn flow_of(
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
