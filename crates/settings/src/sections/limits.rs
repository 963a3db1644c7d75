//! `[limits]`

use auth_domain::limits::Quota;
use chrono::TimeDelta;
use serde::Deserialize;

use crate::SettingsError;
use crate::values::read;

/// Rate limits that are not of one address.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitSettings {
    /// Whether there are rate limits and cooldowns at all.
    #[serde(deserialize_with = "read::value")]
    pub enabled: bool,
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    sends_per_network: u32,
    #[serde(deserialize_with = "read::seconds::<1, 86_400, _>")]
    sends_per_network_seconds: TimeDelta,
}

impl LimitSettings {
    /// Codes that one network may ask for. `None`: no limit.
    #[must_use]
    pub fn sends_per_network(&self) -> Option<Quota> {
        let quota = Quota { burst: self.sends_per_network, per: self.sends_per_network_seconds };
        self.enabled.then_some(quota)
    }

    pub(crate) fn check_for_production(&self) -> Result<(), SettingsError> {
        if self.enabled { Ok(()) } else { Err(SettingsError::at("limits.enabled", "must be true in production")) }
    }
}
