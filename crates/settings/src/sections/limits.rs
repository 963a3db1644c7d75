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
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    lookups_per_network: u32,
    #[serde(deserialize_with = "read::seconds::<1, 86_400, _>")]
    lookups_per_network_seconds: TimeDelta,
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    anonymous_sign_ins_per_network: u32,
    #[serde(deserialize_with = "read::seconds::<1, 86_400, _>")]
    anonymous_sign_ins_per_network_seconds: TimeDelta,
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    provider_tokens_per_network: u32,
    #[serde(deserialize_with = "read::seconds::<1, 86_400, _>")]
    provider_tokens_per_network_seconds: TimeDelta,
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    encrypted_requests_per_network: u32,
    #[serde(deserialize_with = "read::seconds::<1, 86_400, _>")]
    encrypted_requests_per_network_seconds: TimeDelta,
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    edits_per_account: u32,
    #[serde(deserialize_with = "read::seconds::<1, 86_400, _>")]
    edits_per_account_seconds: TimeDelta,
    #[serde(deserialize_with = "read::whole::<1, 1_000, _, _>")]
    password_tries_per_account_and_network: u32,
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    password_tries_per_network: u32,
    #[serde(deserialize_with = "read::whole::<1, 100_000, _, _>")]
    password_tries_per_account: u32,
    #[serde(deserialize_with = "read::seconds::<1, 86_400, _>")]
    password_tries_seconds: TimeDelta,
}

impl LimitSettings {
    /// Codes that one network may ask for. `None`: no limit.
    #[must_use]
    pub fn sends_per_network(&self) -> Option<Quota> {
        self.quota(self.sends_per_network, self.sends_per_network_seconds)
    }

    /// Look-ups of names that one network may make. `None`: no limit.
    #[must_use]
    pub fn lookups_per_network(&self) -> Option<Quota> {
        self.quota(self.lookups_per_network, self.lookups_per_network_seconds)
    }

    /// Anonymous sign-ins that one network may make. `None`: no limit.
    #[must_use]
    pub fn anonymous_sign_ins_per_network(&self) -> Option<Quota> {
        self.quota(self.anonymous_sign_ins_per_network, self.anonymous_sign_ins_per_network_seconds)
    }

    /// Grants of third parties that one network may have exchanged. `None`: no limit.
    #[must_use]
    pub fn provider_tokens_per_network(&self) -> Option<Quota> {
        self.quota(self.provider_tokens_per_network, self.provider_tokens_per_network_seconds)
    }

    /// Requests that one network may have decrypted. `None`: no limit.
    #[must_use]
    pub fn encrypted_requests_per_network(&self) -> Option<Quota> {
        self.quota(self.encrypted_requests_per_network, self.encrypted_requests_per_network_seconds)
    }

    /// Changes to name, picture and such that one account may make. `None`: no limit.
    #[must_use]
    pub fn edits_per_account(&self) -> Option<Quota> {
        self.quota(self.edits_per_account, self.edits_per_account_seconds)
    }

    /// Tries at passwords: by one network at one account, by one network, at one account. `None`: no
    /// limit.
    #[must_use]
    pub fn password_tries(&self) -> Option<[Quota; 3]> {
        let quota = |burst| Quota { burst, per: self.password_tries_seconds };
        let tries = [
            self.password_tries_per_account_and_network,
            self.password_tries_per_network,
            self.password_tries_per_account,
        ];
        self.enabled.then_some(tries.map(quota))
    }

    fn quota(&self, burst: u32, per: TimeDelta) -> Option<Quota> {
        self.enabled.then_some(Quota { burst, per })
    }

    pub(crate) fn check_for_production(&self) -> Result<(), SettingsError> {
        if self.enabled { Ok(()) } else { Err(SettingsError::at("limits.enabled", "must be true in production")) }
    }
}
