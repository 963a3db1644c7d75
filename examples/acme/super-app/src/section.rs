//! `[providers.<id>]` of kind `super_app`.

use auth_settings::{Problem, RedirectUri, Section, SettingsProfile, WebAddress, read};
use secrecy::SecretString;
use serde::Deserialize;

/// What the operator sets for the super-app.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuperAppSection {
    /// Who we are there.
    #[serde(deserialize_with = "read::value")]
    pub(crate) app_id: String,
    /// Our secret there, or the key `app_secret_file`.
    #[serde(deserialize_with = "read::value")]
    pub(crate) app_secret: SecretString,
    /// Where people are sent back to; the first is the default.
    #[serde(deserialize_with = "read::list")]
    redirect_uris: Vec<RedirectUri>,
    /// Its pages, if not at their usual address.
    #[serde(default, deserialize_with = "read::optional")]
    pages: Option<WebAddress>,
    /// Its API, if not at its usual address.
    #[serde(default, deserialize_with = "read::optional")]
    api: Option<WebAddress>,
}

impl SuperAppSection {
    pub(crate) fn pages(&self) -> &str {
        self.pages.as_ref().map_or("https://open.super.example", WebAddress::base)
    }

    pub(crate) fn api(&self) -> &str {
        self.api.as_ref().map_or("https://api.super.example", WebAddress::base)
    }

    pub(crate) fn redirect_uris(&self) -> Vec<String> {
        self.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect()
    }
}

impl Section for SuperAppSection {
    fn check(&self, profile: SettingsProfile) -> Result<(), Problem> {
        for (key, address) in [("pages", &self.pages), ("api", &self.api)] {
            address.as_ref().map_or(Ok(()), |address| address.check(key, profile))?;
        }
        RedirectUri::check_all(&self.redirect_uris, profile)
    }
}
