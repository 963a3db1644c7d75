//! What the provider is made of.

use auth_domain::external_identities::ProviderId;
use secrecy::SecretString;

/// What the operator says of one such party.
#[derive(Debug, Clone)]
pub struct OidcSettings {
    /// The operator's name for it.
    pub id: ProviderId,
    /// Its issuer, exactly as its documents and tokens spell it.
    pub issuer: String,
    /// Who we are there.
    pub client_id: String,
    /// None for a public client.
    pub client_secret: Option<SecretString>,
    /// Where users may be sent back to; the first is the default.
    pub redirect_uris: Vec<String>,
    /// Scopes, separated by spaces; `openid email profile` if none.
    pub scopes: Option<String>,
}
