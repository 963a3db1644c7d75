//! `[sms.gateway]`

use auth_settings::{Problem, Section, SettingsProfile, WebAddress, read};
use secrecy::SecretString;
use serde::Deserialize;

/// What the operator sets for the vendor.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewaySection {
    /// The account's id, which is also the user name of every request.
    #[serde(deserialize_with = "read::value")]
    pub(crate) account: String,
    /// The password of every request. As a secret it may also come from a file, by the key `token_file`.
    #[serde(deserialize_with = "read::value")]
    pub(crate) token: SecretString,
    /// The number that messages come from.
    #[serde(deserialize_with = "read::value")]
    pub(crate) from: String,
    /// Where the vendor is, if not at its usual address.
    #[serde(default, deserialize_with = "read::optional")]
    base: Option<WebAddress>,
}

impl GatewaySection {
    /// Where messages are posted to.
    pub(crate) fn address(&self) -> String {
        let base = self.base.as_ref().map_or("https://api.gateway.example", WebAddress::base);
        format!("{base}/2010-04-01/Accounts/{}/Messages.json", self.account)
    }
}

impl Section for GatewaySection {
    fn check(&self, profile: SettingsProfile) -> Result<(), Problem> {
        if !self.account.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Problem::at("account", "must consist of letters and digits"));
        }
        self.base.as_ref().map_or(Ok(()), |base| base.check("base", profile))
    }
}
