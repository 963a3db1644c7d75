//! `[metrics]`

use serde::Deserialize;

use crate::values::read;

/// Metrics, which the admin listener serves at `/metrics`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricsSettings {
    /// Whether whoever reaches the admin listener may read them without a key.
    #[serde(deserialize_with = "read::value")]
    pub open: bool,
}
