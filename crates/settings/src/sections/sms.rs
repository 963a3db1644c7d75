//! `[sms]`

use std::collections::BTreeSet;

use auth_domain::identifier::AllowedCountries;
use secrecy::SecretString;
use serde::{Deserialize, Deserializer};

use super::common::one_of;
use super::phone_numbers::CallingCode;
use crate::SettingsError;
use crate::values::{Given, Setting, WebAddress, read};

/// Text messages.
#[derive(Debug, Clone)]
pub struct SmsSettings {
    /// How they go out.
    pub vendor: SmsVendor,
    /// Where they may go.
    pub countries: AllowedCountries,
}

/// How text messages go out.
#[derive(Debug, Clone)]
pub enum SmsVendor {
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
    #[serde(deserialize_with = "countries")]
    countries: AllowedCountries,
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
        let vendor = match (self.kind, self.webhook.url) {
            (Kind::None, _) => SmsVendor::None,
            (Kind::Log, _) => SmsVendor::Log,
            (Kind::Webhook, Some(_)) if self.countries == AllowedCountries::Only(BTreeSet::new()) => {
                let problem = "must hold the calling codes that text messages go to, or * for all";
                return Err(SettingsError::at("sms.countries", problem));
            }
            (Kind::Webhook, Some(url)) => SmsVendor::Webhook { url, secret: self.webhook.secret },
            (Kind::Webhook, None) => {
                return Err(SettingsError::at("sms.webhook.url", "must be set for sms.kind webhook"));
            }
        };
        Ok(SmsSettings { vendor, countries: self.countries })
    }
}

impl SmsSettings {
    pub(crate) fn check_for_production(&self) -> Result<(), SettingsError> {
        match self.vendor {
            SmsVendor::Log => Err(SettingsError::at("sms.kind", "must not be log in production: it prints codes")),
            SmsVendor::None | SmsVendor::Webhook { .. } => Ok(()),
        }
    }
}

enum Country {
    Every,
    Code(u16),
}

impl Setting for Country {
    fn from_given(given: &Given) -> Result<Self, String> {
        match given {
            Given::Text(text) if text.trim() == "*" => Ok(Self::Every),
            _ => CallingCode::from_given(given).map(|CallingCode(code)| Self::Code(code)),
        }
    }
}

fn countries<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AllowedCountries, D::Error> {
    let mut codes = BTreeSet::new();
    for country in read::list::<Country, D>(deserializer)? {
        match country {
            Country::Every => return Ok(AllowedCountries::All),
            Country::Code(code) => drop(codes.insert(code)),
        }
    }
    Ok(AllowedCountries::Only(codes))
}
