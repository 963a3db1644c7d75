//! `[recovery]`

use chrono::TimeDelta;
use serde::Deserialize;

use crate::values::read;

/// What a password reset with a code does besides.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoverySettings {
    /// Of the ways to sign in, those that were added within this time may be removed. Zero: none of them.
    #[serde(rename = "window_seconds", deserialize_with = "read::seconds::<0, 31_622_400, _>")]
    pub window: TimeDelta,
}
