//! The section `[providers.<id>]` of kind `oidc`.

use auth_domain::external_identities::ProviderId;
use auth_settings::{Given, Problem, Profile, RedirectUri, Section, Setting, WebAddress, read};
use secrecy::SecretString;
use serde::Deserialize;

use super::settings::{NonceRule, OidcSettings};

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
    fn check(&self, profile: Profile) -> Result<(), Problem> {
        if let Some(issuer) = &self.issuer {
            issuer.check("issuer", profile)?;
        }
        RedirectUri::check_all(&self.redirect_uris, profile)?;
        self.issuer.as_ref().map(drop).ok_or_else(no_issuer)
    }
}

fn no_issuer() -> Problem {
    Problem::at("issuer", "must be set for kind oidc")
}

impl OidcSection {
    /// Converts the section into the settings of the provider `id`.
    ///
    /// # Errors
    /// Returns a [`Problem`] if the issuer is not set.
    pub fn into_settings(self, id: ProviderId) -> Result<OidcSettings, Problem> {
        Ok(OidcSettings {
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
