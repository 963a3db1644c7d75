//! What can be wrong with a provider's settings, found at startup.

use auth_outbound::{AddressPolicy, ForbiddenAddress};
use thiserror::Error;
use url::Url;

/// Settings that cannot work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ProviderSettingsError {
    /// `client_id` is empty.
    #[error("client_id must not be empty")]
    ClientId,
    /// There is no redirect address, or one is not an absolute address.
    #[error("redirect_uris must contain at least one address, and absolute ones only")]
    RedirectUris,
    /// An address has a query or a fragment where none is allowed.
    #[error("{0} must not have a query or a fragment")]
    Decorated(&'static str),
    /// Client secrets cannot be signed with the private key.
    #[error("private_key must be an EC key on P-256, PKCS#8 in PEM")]
    PrivateKey,
    /// An address may not be called, such as plain http outside development.
    #[error("{0} may not be called: {1}")]
    Address(&'static str, #[source] ForbiddenAddress),
}

/// Checks the settings that every provider has.
pub(crate) fn check_client(client_id: &str, redirect_uris: &[String]) -> Result<(), ProviderSettingsError> {
    if client_id.is_empty() {
        return Err(ProviderSettingsError::ClientId);
    }
    let absolute = redirect_uris.iter().all(|uri| Url::parse(uri).is_ok());
    if redirect_uris.is_empty() || !absolute { Err(ProviderSettingsError::RedirectUris) } else { Ok(()) }
}

/// Returns the address of `path` below `base`, which is called `name` in settings.
pub(crate) fn address_below(
    name: &'static str,
    base: &str,
    path: &str,
    reach: &AddressPolicy,
) -> Result<Url, ProviderSettingsError> {
    let base = base.strip_suffix('/').unwrap_or(base);
    if base.contains(['?', '#']) {
        return Err(ProviderSettingsError::Decorated(name));
    }
    reach.parse(&format!("{base}{path}")).map_err(|forbidden| ProviderSettingsError::Address(name, forbidden))
}
