//! Metrics: what may be counted.

use auth_domain::identifier::RegionCode;
use auth_metrics::{Build, Known, Metrics};
use auth_settings::Settings;

use crate::{Configuration, StartFailure};

/// The names of all limits, which a test collects from the sources.
pub(crate) const LIMITS: [&str; 30] = [
    "anonymous",
    "captcha_puzzle",
    "codes.account",
    "codes.account_and_network",
    "codes.all",
    "codes.network",
    "edits.account",
    "edits.network",
    "encrypted_requests",
    "find_users",
    "hashes.account",
    "hashes.network",
    "notices.address",
    "password.account",
    "password.account_and_network",
    "password.device",
    "password.in_a_row",
    "password.part_of_a_row",
    "passwords.all",
    "presence.account",
    "provider_flow",
    "provider_token",
    "repeats.network",
    "resend",
    "send_code",
    "send_code.address",
    "send_code.country",
    "send_code.mailbox",
    "send_code.neighbours",
    "send_code.total",
];

/// What is counted, all of it 0.
pub(super) fn metrics(configuration: &Configuration) -> Result<Metrics, StartFailure> {
    let addresses = configuration.schemes.reachable().filter_map(|scheme| Some((scheme.kind(), scheme.channel()?)));
    let scenarios = configuration.scenarios.iter().map(|scenario| scenario.name());
    let known = Known {
        addresses: addresses.collect(),
        regions: regions(&configuration.settings),
        scenarios: scenarios.chain(["anonymous"]).collect(),
        limits: LIMITS.into(),
    };
    let build = Build { version: env!("CARGO_PKG_VERSION"), profile: &configuration.settings.profile.to_string() };
    Ok(Metrics::new(build, &known)?)
}

/// The regions that text messages go to, as far as the settings name them.
pub(super) fn regions(settings: &Settings) -> Vec<RegionCode> {
    settings.sms.countries.regions().into_iter().collect()
}
