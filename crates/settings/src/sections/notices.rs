//! `[notices]`

use auth_domain::limits::Quota;
use chrono::TimeDelta;
use serde::Deserialize;

use crate::Danger;
use crate::values::read;

/// What owners of accounts are told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeSettings {
    /// Whether owners are told of changes to their accounts.
    #[serde(deserialize_with = "read::value")]
    pub enabled: bool,
    /// Whether they are told of sign-ins on devices that their accounts do not know, too.
    #[serde(deserialize_with = "read::value")]
    pub new_devices: bool,
    #[serde(deserialize_with = "read::whole::<1, 10_000, _, _>")]
    per_address: u32,
    #[serde(deserialize_with = "read::seconds::<1, 604_800, _>")]
    per_address_seconds: TimeDelta,
    #[serde(deserialize_with = "read::value")]
    allow_few: bool,
}

/// Notices to one address at once. Taking an account over takes a few changes within a minute: an address or an identity
/// more, another one less, the password, the end of all sessions. The owner must hear of the last of them, too.
const FEWEST_AT_ONCE: u32 = 5;

impl NoticeSettings {
    pub(crate) fn dangers(&self) -> Vec<Danger> {
        if !self.enabled {
            let risk = "is false, so that owners do not hear of changes to their accounts";
            return vec![Danger::meant("enabled", risk)];
        }
        if self.per_address >= FEWEST_AT_ONCE {
            return Vec::new();
        }
        let risk = format!(
            "is less than {FEWEST_AT_ONCE}, so that owners do not hear of every change by which somebody takes an account"
        );
        vec![Danger::at("per_address", risk, "allow_few", self.allow_few)]
    }

    /// Notices that one address gets; those above it are dropped. `None`: no limit.
    #[must_use]
    pub fn quota(&self, limits_enabled: bool) -> Option<Quota> {
        limits_enabled.then_some(Quota { burst: self.per_address, per: self.per_address_seconds })
    }
}
