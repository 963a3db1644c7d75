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
}

impl NoticeSettings {
    pub(crate) fn dangers(&self) -> Vec<Danger> {
        let risk = "is false, so that owners do not hear of changes to their accounts";
        Vec::from_iter((!self.enabled).then(|| Danger::meant("enabled", risk)))
    }

    /// Notices that one address gets; those above it are dropped. `None`: no limit.
    #[must_use]
    pub fn quota(&self, limits_enabled: bool) -> Option<Quota> {
        limits_enabled.then_some(Quota { burst: self.per_address, per: self.per_address_seconds })
    }
}
