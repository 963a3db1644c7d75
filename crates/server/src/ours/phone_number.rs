//! Phone numbers and text messages.

use std::sync::Arc;

use auth_domain::identifier::{AllowedCountries, Country, MobileRange, PhoneNumberScheme, RegionCode};
use auth_domain::messages::Channel;
use auth_domain::sign_up::scenarios::SignUpByPhoneNumber;
use auth_extension::{Additions, Extension, Kit};
use auth_ports::MessageSender;
use auth_senders::{LogSender, SmsWebhookSection, WebhookSender, templates};
use auth_settings::{NoSection, Problem, Section, read};
use serde::Deserialize;

/// Registers phone numbers, signing up with one (`[phone_numbers]`), and text messages to standard output and through
/// a webhook.
#[must_use]
pub fn phone_number() -> Extension {
    Extension::new("phone_number")
        .section("phone_numbers", numbers)
        .sms_for_development("log", log)
        .sms_vendor("webhook", webhook)
        .words(templates())
}

/// The section `[phone_numbers]`: which numbers may sign up.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhoneNumberSection {
    /// The countries that are allowed; all if there are none.
    #[serde(default, deserialize_with = "read::list")]
    countries: Vec<Country>,
    /// Where numbers without a country code belong; such numbers are refused if it is not set.
    #[serde(default, deserialize_with = "read::optional")]
    default_region: Option<RegionCode>,
    /// Mobile numbers that the numbering plan does not know.
    #[serde(default, deserialize_with = "read::list")]
    mobile_ranges: Vec<MobileRange>,
}

impl Section for PhoneNumberSection {}

impl PhoneNumberSection {
    /// Returns the countries that numbers may come from.
    #[must_use]
    pub fn countries(&self) -> AllowedCountries {
        if self.countries.is_empty() {
            return AllowedCountries::All;
        }
        AllowedCountries::only(self.countries.iter().copied())
    }

    /// Returns the rules for numbers.
    #[must_use]
    pub fn scheme(&self) -> PhoneNumberScheme {
        PhoneNumberScheme {
            countries: self.countries(),
            default_region: self.default_region,
            mobile_ranges: self.mobile_ranges.clone(),
        }
    }
}

fn numbers(section: PhoneNumberSection, _kit: &Kit) -> Result<Additions, Problem> {
    let scheme = section.scheme();
    Ok(Additions::new().identifier(scheme.clone()).scenario(SignUpByPhoneNumber::new(scheme)))
}

fn log(_section: NoSection, kit: &Kit) -> Result<Arc<dyn MessageSender>, Problem> {
    Ok(Arc::new(LogSender::new(Channel::SMS, kit.out())))
}

fn webhook(section: SmsWebhookSection, kit: &Kit) -> Result<Arc<dyn MessageSender>, Problem> {
    let settings = section.into_settings(kit.profile())?;
    let sender = WebhookSender::new(settings, kit.clock())?;
    Ok(Arc::new(sender.with_templates(kit.templates()).watched(kit.watcher())))
}
