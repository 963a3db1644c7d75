//! `[crm]`

use auth_settings::{Problem, Section, SettingsProfile, WebAddress, read};
use secrecy::SecretString;
use serde::Deserialize;

/// What the operator sets.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrmSection {
    /// Domains of e-mail addresses whose owners may not sign up.
    #[serde(default, deserialize_with = "read::list")]
    pub(crate) refused_domains: Vec<String>,
    /// Where the CRM is.
    #[serde(deserialize_with = "read::value")]
    pub(crate) base: WebAddress,
    /// The bearer token for it, or the key `token_file`.
    #[serde(deserialize_with = "read::value")]
    pub(crate) token: SecretString,
}

impl Section for CrmSection {
    fn check(&self, profile: SettingsProfile) -> Result<(), Problem> {
        self.base.check("base", profile)
    }
}
