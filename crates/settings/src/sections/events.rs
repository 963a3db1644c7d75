//! `[events]`

use chrono::TimeDelta;
use serde::Deserialize;

use crate::values::read;

/// The record of what happened.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventSettings {
    /// How long it is kept.
    #[serde(rename = "retention_days", deserialize_with = "days")]
    pub retention: TimeDelta,
}

fn days<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<TimeDelta, D::Error> {
    read::whole::<1, 36_500, u32, D>(deserializer).map(|days| TimeDelta::days(days.into()))
}
