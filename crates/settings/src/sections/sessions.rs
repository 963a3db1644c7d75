//! `[sessions]`

use auth_domain::sessions::SessionPolicy;
use chrono::TimeDelta;
use serde::Deserialize;

use crate::Danger;
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
    #[serde(deserialize_with = "read::value")]
    allow_long_presence: bool,
}

/// An hour. An access token lives for two by default, and for all of its life it must not be worth as much as its owner.
const LONGEST_PRESENCE: TimeDelta = TimeDelta::hours(1);

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

    pub(crate) fn dangers(&self) -> Vec<Danger> {
        if self.presence <= LONGEST_PRESENCE {
            return Vec::new();
        }
        let risk = "lets a session change ways to sign in for more than an hour after its owner was there, so that \
                    whoever has its token can";
        vec![Danger::at("presence_seconds", risk, "allow_long_presence", self.allow_long_presence)]
    }
}
