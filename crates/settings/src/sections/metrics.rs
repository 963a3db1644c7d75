//! `[metrics]`

use serde::Deserialize;

use crate::Danger;
use crate::values::read;

/// Metrics, which the admin listener serves at `/metrics`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricsSettings {
    /// Whether whoever reaches the admin listener may read them without a key.
    #[serde(deserialize_with = "read::value")]
    pub open: bool,
}

impl MetricsSettings {
    pub(crate) fn dangers(&self) -> Vec<Danger> {
        let risk = "is true, so that whoever reaches the admin listener sees how many people sign up and sign in";
        Vec::from_iter(self.open.then(|| Danger::meant("open", risk)))
    }
}
