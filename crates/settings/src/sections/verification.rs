//! `[verification]`

use auth_domain::verifications::VerificationPolicy;
use chrono::TimeDelta;
use serde::Deserialize;

use crate::values::read;

/// Codes to addresses.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerificationSettings {
    #[serde(rename = "code_ttl_seconds", deserialize_with = "read::seconds::<1, 3600, _>")]
    code_ttl: TimeDelta,
    #[serde(rename = "resend_after_seconds", deserialize_with = "read::seconds::<0, 3600, _>")]
    resend_after: TimeDelta,
    #[serde(deserialize_with = "read::whole::<1, 10, _, _>")]
    max_tries: u16,
    #[serde(deserialize_with = "read::whole::<1, 1000, _, _>")]
    max_sends: u16,
    #[serde(rename = "sends_window_seconds", deserialize_with = "read::seconds::<1, 86_400, _>")]
    sends_window: TimeDelta,
    #[serde(deserialize_with = "read::whole::<1, 10_000, _, _>")]
    max_sends_per_day: u16,
    /// Whether answers tell if an address is registered.
    #[serde(deserialize_with = "read::value")]
    pub reveal_existence: bool,
}

impl VerificationSettings {
    /// For the domain; with limits off there is no cooldown and no number of sends is too many.
    #[must_use]
    pub fn policy(&self, limits_enabled: bool) -> VerificationPolicy {
        VerificationPolicy {
            code_ttl: self.code_ttl,
            resend_after: if limits_enabled { self.resend_after } else { TimeDelta::zero() },
            max_tries: self.max_tries,
            max_sends: limits_enabled.then(|| self.max_sends.into()),
            sends_window: self.sends_window,
            max_sends_per_day: limits_enabled.then(|| self.max_sends_per_day.into()),
        }
    }
}
