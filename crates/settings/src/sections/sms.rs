//! `[sms]`

use secrecy::SecretString;
use serde::Deserialize;

use super::one_of;
use crate::SettingsError;
use crate::values::{Given, Setting, WebAddress, read};

/// How text messages go out.
#[derive(Debug, Clone)]
pub enum SmsSettings {
    /// Not at all: phone numbers cannot be verified.
    None,
    /// Printed on standard output.
    Log,
    /// Posted to an address of the operator's.
    Webhook {
        /// Where to.
        url: WebAddress,
        /// Key of the signature that shows whom it comes from.
        secret: Option<SecretString>,
    },
}

#[derive(Clone, Copy)]
enum Kind {
    None,
    Log,
    Webhook,
}

impl Setting for Kind {
    fn from_given(given: &Given) -> Result<Self, String> {
        one_of(given, &[("none", Self::None), ("log", Self::Log), ("webhook", Self::Webhook)])
    }
}

/// The section as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSms {
    #[serde(deserialize_with = "read::value")]
    kind: Kind,
    #[serde(default)]
    webhook: RawWebhook,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWebhook {
    #[serde(default, deserialize_with = "read::optional")]
    url: Option<WebAddress>,
    #[serde(default, deserialize_with = "read::optional")]
    secret: Option<SecretString>,
}

impl RawSms {
    pub(crate) fn parse(self) -> Result<SmsSettings, SettingsError> {
        match (self.kind, self.webhook.url) {
            (Kind::None, _) => Ok(SmsSettings::None),
            (Kind::Log, _) => Ok(SmsSettings::Log),
            (Kind::Webhook, Some(url)) => Ok(SmsSettings::Webhook { url, secret: self.webhook.secret }),
            (Kind::Webhook, None) => Err(SettingsError::at("sms.webhook.url", "must be set for sms.kind webhook")),
        }
    }
}
