//! `[sessions]`

use auth_domain::sessions::SessionPolicy;
use chrono::TimeDelta;
use serde::Deserialize;

use crate::values::read;

/// How long people stay signed in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionSettings {
    #[serde(rename = "refresh_ttl_seconds", deserialize_with = "read::seconds::<1, 31_622_400, _>")]
    refresh_ttl: TimeDelta,
    #[serde(rename = "refresh_grace_seconds", deserialize_with = "read::seconds::<0, 300, _>")]
    refresh_grace: TimeDelta,
    #[serde(deserialize_with = "read::whole::<1, 10_000, _, _>")]
    max_per_user: u32,
    #[serde(rename = "presence_seconds", deserialize_with = "read::seconds::<0, 86_400, _>")]
    presence: TimeDelta,
}

impl SessionSettings {
    /// Returns the rules of sessions, as the domain takes them.
    #[must_use]
    pub fn policy(&self) -> SessionPolicy {
        SessionPolicy {
            refresh_ttl: self.refresh_ttl,
            refresh_grace: self.refresh_grace,
            max_per_user: self.max_per_user,
            presence: self.presence,
        }
    }
}
