//! `[badge]`

use auth_settings::{Section, read};
use serde::Deserialize;

/// What the operator sets.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BadgeSection {
    /// Days after which a user is a veteran, 1 to 36 500; a year by default.
    #[serde(default, deserialize_with = "read::optional_whole::<1, 36_500, _, _>")]
    veteran_after_days: Option<u32>,
}

impl Section for BadgeSection {}

impl BadgeSection {
    pub(crate) fn veteran_after(&self) -> u32 {
        self.veteran_after_days.unwrap_or(365)
    }
}
