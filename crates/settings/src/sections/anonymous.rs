//! `[anonymous]`

use serde::Deserialize;

use crate::Danger;
use crate::values::read;

/// Users known by a device only.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnonymousSettings {
    /// Whether anybody may sign in without a name.
    #[serde(deserialize_with = "read::value")]
    pub enabled: bool,
}

impl AnonymousSettings {
    pub(crate) fn dangers(&self) -> Vec<Danger> {
        let risk = "lets anybody have accounts without proving an address";
        Vec::from_iter(self.enabled.then(|| Danger::meant("enabled", risk)))
    }
}
