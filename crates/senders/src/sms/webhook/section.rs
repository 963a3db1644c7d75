//! The section `[sms.webhook]`.

use auth_outbound::SigningSecrets;
use auth_settings::{Problem, Profile, Section, WebAddress, read};
use secrecy::SecretString;
use serde::Deserialize;

use super::settings::WebhookSettings;

/// The operator's settings for the webhook of text messages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsWebhookSection {
    #[serde(default, deserialize_with = "read::optional")]
    url: Option<WebAddress>,
    #[serde(default, deserialize_with = "read::optional")]
    secret: Option<SecretString>,
}

impl Section for SmsWebhookSection {
    fn check(&self, profile: Profile) -> Result<(), Problem> {
        if profile.is_production() && self.secret.as_ref().is_some_and(SigningSecrets::contain_sample) {
            return Err(Problem::at("secret", "must be random in production, not a sample"));
        }
        self.url.as_ref().map(drop).ok_or_else(no_url)
    }
}

fn no_url() -> Problem {
    Problem::at("url", "must be set for sms.kind webhook")
}

impl SmsWebhookSection {
    /// Converts the section into the settings of the sender.
    ///
    /// # Errors
    /// Returns a [`Problem`] if the address or the secret is not set.
    pub fn into_settings(self, profile: Profile) -> Result<WebhookSettings, Problem> {
        Ok(WebhookSettings {
            url: self.url.ok_or_else(no_url)?.as_str().to_owned(),
            secret: self.secret.ok_or_else(|| Problem::at("secret", "must be set for sms.kind webhook"))?,
            timeout: WebhookSettings::DEFAULT_TIMEOUT,
            allow_plain_http: !profile.is_production(),
        })
    }
}
