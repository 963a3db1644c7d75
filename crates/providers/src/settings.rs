//! What is wrong with a provider's settings, found out at start.

use auth_outbound::{ForbiddenAddress, Reach};
use thiserror::Error;
use url::Url;

/// Settings that cannot work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SettingsError {
    /// An empty `client_id`.
    #[error("client_id must not be empty")]
    ClientId,
    /// No redirect address, or one that is not an absolute address.
    #[error("redirect_uris must hold at least one address, and absolute ones only")]
    RedirectUris,
    /// A query or a fragment where none belongs.
    #[error("{0} must not have a query or a fragment")]
    Decorated(&'static str),
    /// An address that may not be called, such as plain http outside development.
    #[error("{0} may not be called: {1}")]
    Address(&'static str, #[source] ForbiddenAddress),
}

/// Checks what every provider has.
pub(crate) fn check_client(client_id: &str, redirect_uris: &[String]) -> Result<(), SettingsError> {
    if client_id.is_empty() {
        return Err(SettingsError::ClientId);
    }
    let absolute = redirect_uris.iter().all(|uri| Url::parse(uri).is_ok());
    if redirect_uris.is_empty() || !absolute { Err(SettingsError::RedirectUris) } else { Ok(()) }
}

/// The address `path` below `base`, which is called `name` in settings.
pub(crate) fn address_below(name: &'static str, base: &str, path: &str, reach: Reach) -> Result<Url, SettingsError> {
    let base = base.strip_suffix('/').unwrap_or(base);
    if base.contains(['?', '#']) {
        return Err(SettingsError::Decorated(name));
    }
    reach.parse(&format!("{base}{path}")).map_err(|forbidden| SettingsError::Address(name, forbidden))
}
