//! What the provider is made of.

use auth_domain::external_identities::ProviderId;
use secrecy::SecretString;

/// What the operator says of GitHub, or of an installation of its enterprise server.
#[derive(Debug, Clone)]
pub struct GitHubSettings {
    /// The operator's name for it.
    pub id: ProviderId,
    /// Who we are there.
    pub client_id: String,
    /// GitHub knows no clients without a secret.
    pub client_secret: SecretString,
    /// Where users may be sent back to; the first is the default.
    pub redirect_uris: Vec<String>,
    /// Scopes, separated by spaces; `read:user user:email` if none.
    pub scopes: Option<String>,
    /// Where users sign in.
    pub authorize_base: String,
    /// Where its API is.
    pub api_base: String,
}

impl GitHubSettings {
    /// Where users of the public GitHub sign in.
    pub const AUTHORIZE_BASE: &'static str = "https://github.com";
    /// Where the public GitHub's API is.
    pub const API_BASE: &'static str = "https://api.github.com";
}
