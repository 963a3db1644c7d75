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
    #[serde(deserialize_with = "read::value")]
    allow_short_window: bool,
}

/// A day. Owners read of a change some hours after it, and by then a shorter window has passed.
const SHORTEST_WINDOW: TimeDelta = TimeDelta::days(1);

impl RecoverySettings {
    pub(crate) fn dangers(&self) -> Vec<Danger> {
        if self.window.is_zero() {
            let risk = "is 0, so that a reset with a code leaves the ways to sign in that somebody else has added";
            return vec![Danger::meant("window_seconds", risk)];
        }
        if self.window >= SHORTEST_WINDOW {
            return Vec::new();
        }
        let risk =
            "is less than a day, so that a reset with a code leaves most ways to sign in that somebody else has added";
        vec![Danger::at("window_seconds", risk, "allow_short_window", self.allow_short_window)]
    }
}
