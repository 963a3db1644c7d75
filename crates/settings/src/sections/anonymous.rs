//! `[anonymous]`

use serde::Deserialize;

use crate::values::read;

/// Users known by a device only.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnonymousSettings {
    /// Whether anybody may sign in without a name.
    #[serde(deserialize_with = "read::value")]
    pub enabled: bool,
}
