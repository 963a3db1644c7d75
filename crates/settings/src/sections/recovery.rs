//! `[recovery]`

use chrono::TimeDelta;
use serde::Deserialize;

use crate::Danger;
use crate::values::read;

/// What a password reset with a code does besides.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoverySettings {
    /// Of the ways to sign in, those that were added within this time may be removed. Zero: none of them.
    #[serde(rename = "window_seconds", deserialize_with = "read::seconds::<0, 31_622_400, _>")]
    pub window: TimeDelta,
}

impl RecoverySettings {
    pub(crate) fn dangers(&self) -> Vec<Danger> {
        let risk = "is 0, so that a reset with a code leaves the ways to sign in that somebody else has added";
        Vec::from_iter(self.window.is_zero().then(|| Danger::meant("window_seconds", risk)))
    }
}
