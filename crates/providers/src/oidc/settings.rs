//! The settings of the OpenID Connect provider.

use auth_domain::external_identities::ProviderId;
use secrecy::SecretString;

/// The operator's settings for one such party.
#[derive(Debug, Clone)]
pub struct OidcSettings {
    /// The operator's name for it.
    pub id: ProviderId,
    /// Its issuer, spelled exactly as in its documents and tokens.
    pub issuer: String,
    /// Our client id there.
    pub client_id: String,
    /// The client secret; `None` for a public client.
    pub client_secret: Option<SecretString>,
    /// The addresses to which users may be sent back; the first is the default.
    pub redirect_uris: Vec<String>,
    /// The scopes, separated by spaces; `openid email profile` if none are set.
    pub scopes: Option<String>,
    /// What is expected of ID tokens that clients obtained themselves; `None` if none are taken.
    pub id_tokens: Option<NonceRule>,
}

/// What the nonce of an ID token means that a client obtained itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NonceRule {
    /// A token that has one is taken only with the same one, or what it is the SHA-256 of, beside it.
    #[default]
    Check,
    /// Nothing: for clients whose libraries put one in and do not tell it.
    Ignore,
}
