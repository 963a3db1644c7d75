//! The section `[providers.<id>]` of kind `oidc`.

use auth_domain::external_identities::ProviderId;
use auth_settings::{Given, Problem, RedirectUri, Section, Setting, SettingsProfile, WebAddress, read};
use secrecy::SecretString;
use serde::Deserialize;

use super::issuer::PLACEHOLDER;
use super::settings::{ClientSecretKey, NonceRule, OidcSettings};

/// The operator's settings for an OpenID provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcSection {
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
    id_tokens: Option<bool>,
    #[serde(default, deserialize_with = "read::optional")]
    id_token_nonce: Option<NonceRule>,
    #[serde(default, deserialize_with = "read::list")]
    authorized_parties: Vec<String>,
    #[serde(default, deserialize_with = "read::list")]
    tenants: Vec<String>,
    #[serde(default, deserialize_with = "read::optional")]
    response_mode: Option<ResponseMode>,
    #[serde(default, deserialize_with = "read::optional")]
    team_id: Option<String>,
    #[serde(default, deserialize_with = "read::optional")]
    key_id: Option<String>,
    #[serde(default, deserialize_with = "read::optional")]
    private_key: Option<SecretString>,
}

/// How the third party hands over the code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum ResponseMode {
    /// In the query of the redirect address.
    #[default]
    Query,
    /// In a form that browsers post to this service.
    FormPost,
}

impl Setting for ResponseMode {
    fn from_given(given: &Given) -> Result<Self, String> {
        given.parse("query or form_post", |word| match word {
            "query" => Some(Self::Query),
            "form_post" => Some(Self::FormPost),
            _ => None,
        })
    }
}

impl Setting for NonceRule {
    fn from_given(given: &Given) -> Result<Self, String> {
        given.parse("check or ignore", |word| match word {
            "check" => Some(Self::Check),
            "ignore" => Some(Self::Ignore),
            _ => None,
        })
    }
}

impl Section for OidcSection {
    fn check(&self, profile: SettingsProfile) -> Result<(), Problem> {
        if let Some(issuer) = &self.issuer {
            issuer.check("issuer", profile)?;
        }
        RedirectUri::check_all(&self.redirect_uris, profile)?;
        let issuer = self.issuer.as_ref().ok_or_else(no_issuer)?;
        if issuer.as_str().contains(PLACEHOLDER) && self.tenants.is_empty() {
            return Err(Problem::at("tenants", "must list the tenants whose people may sign in, for this issuer"));
        }
        self.check_key()
    }
}

fn no_issuer() -> Problem {
    Problem::at("issuer", "must be set for kind oidc")
}

impl OidcSection {
    fn check_key(&self) -> Result<(), Problem> {
        let parts = [self.team_id.is_some(), self.key_id.is_some(), self.private_key.is_some()];
        if parts.contains(&true) && parts.contains(&false) {
            return Err(Problem::at("private_key", "must be set together with team_id and key_id"));
        }
        if self.private_key.is_some() && self.client_secret.is_some() {
            return Err(Problem::at("private_key", "must not be set together with client_secret"));
        }
        Ok(())
    }

    /// Converts the section into the settings of the provider `id`. `callback` is the address of the service to which
    /// browsers post what such a provider hands over, if its forms come here.
    ///
    /// # Errors
    /// Returns a [`Problem`] if the issuer is not set.
    pub fn into_settings(self, id: ProviderId, callback: &str) -> Result<OidcSettings, Problem> {
        let posts = self.response_mode.unwrap_or_default() == ResponseMode::FormPost;
        let parts = (self.team_id, self.key_id, self.private_key);
        let client_key = match parts {
            (Some(team_id), Some(key_id), Some(private_key)) => Some(ClientSecretKey { team_id, key_id, private_key }),
            _ => None,
        };
        Ok(OidcSettings {
            authorized_parties: self.authorized_parties,
            tenants: self.tenants,
            callback: posts.then(|| callback.to_owned()),
            client_key,
            id,
            issuer: self.issuer.ok_or_else(no_issuer)?.as_str().to_owned(),
            client_id: self.client_id,
            client_secret: self.client_secret,
            redirect_uris: self.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect(),
            scopes: Some(self.scopes.join(" ")).filter(|scopes| !scopes.is_empty()),
            id_tokens: self.id_tokens.unwrap_or(true).then(|| self.id_token_nonce.unwrap_or_default()),
        })
    }
}
