//! The section `[providers.<id>]` of kind `github`.

use auth_domain::external_identities::ProviderId;
use auth_settings::{Problem, RedirectUri, Section, SettingsProfile, WebAddress, read};
use secrecy::SecretString;
use serde::Deserialize;

use super::settings::GitHubSettings;

/// The operator's settings for GitHub.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GitHubSection {
    /// Replaces both addresses below.
    #[serde(default, deserialize_with = "read::optional")]
    issuer: Option<WebAddress>,
    #[serde(deserialize_with = "read::value")]
    client_id: String,
    #[serde(default, deserialize_with = "read::optional")]
    client_secret: Option<SecretString>,
    #[serde(deserialize_with = "read::list")]
    redirect_uris: Vec<RedirectUri>,
    #[serde(default, deserialize_with = "read::list")]
    scopes: Vec<String>,
    #[serde(default, deserialize_with = "read::optional")]
    authorize_base: Option<WebAddress>,
    #[serde(default, deserialize_with = "read::optional")]
    api_base: Option<WebAddress>,
}

impl Section for GitHubSection {
    fn check(&self, profile: SettingsProfile) -> Result<(), Problem> {
        let addresses =
            [("issuer", &self.issuer), ("authorize_base", &self.authorize_base), ("api_base", &self.api_base)];
        for (key, address) in addresses {
            if let Some(address) = address {
                address.check(key, profile)?;
            }
        }
        RedirectUri::check_all(&self.redirect_uris, profile)?;
        self.client_secret.as_ref().map(drop).ok_or_else(no_secret)
    }
}

fn no_secret() -> Problem {
    Problem::at("client_secret", "must be set for kind github")
}

impl GitHubSection {
    /// Converts the section into the settings of the provider `id`.
    ///
    /// # Errors
    /// Returns a [`Problem`] if the secret is not set.
    pub fn into_settings(self, id: ProviderId) -> Result<GitHubSettings, Problem> {
        let base = |own: Option<WebAddress>, usual: &str| {
            let address = own.as_ref().or(self.issuer.as_ref());
            address.map_or_else(|| usual.to_owned(), |address| address.base().to_owned())
        };
        Ok(GitHubSettings {
            authorize_base: base(self.authorize_base, GitHubSettings::AUTHORIZE_BASE),
            api_base: base(self.api_base, GitHubSettings::API_BASE),
            id,
            client_id: self.client_id,
            client_secret: self.client_secret.ok_or_else(no_secret)?,
            redirect_uris: self.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect(),
            scopes: Some(self.scopes.join(" ")).filter(|scopes| !scopes.is_empty()),
        })
    }
}
