//! The settings of the GitHub provider.

use auth_domain::external_identities::ProviderId;
use secrecy::SecretString;

/// The operator's settings for GitHub or for an installation of GitHub Enterprise Server.
#[derive(Debug, Clone)]
pub struct GitHubSettings {
    /// The operator's name for it.
    pub id: ProviderId,
    /// Our client id there.
    pub client_id: String,
    /// The client secret; GitHub has no clients without one.
    pub client_secret: SecretString,
    /// The addresses to which users may be sent back; the first is the default.
    pub redirect_uris: Vec<String>,
    /// The scopes, separated by spaces; `read:user user:email` if none are set.
    pub scopes: Option<String>,
    /// Where users sign in.
    pub authorize_base: String,
    /// Where its API is.
    pub api_base: String,
}

impl GitHubSettings {
    /// The address where users of the public GitHub sign in.
    pub const AUTHORIZE_BASE: &'static str = "https://github.com";
    /// The address of the public GitHub's API.
    pub const API_BASE: &'static str = "https://api.github.com";
}
