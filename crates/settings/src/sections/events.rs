//! `[events]`

use auth_domain::outbox::RetrySchedule;
use chrono::TimeDelta;
use serde::Deserialize;

use crate::Danger;
use crate::values::{Given, Setting, read};

/// The record of what happened.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventSettings {
    /// How long it is kept.
    #[serde(rename = "retention_days", deserialize_with = "days")]
    pub retention: TimeDelta,
    /// When an event that a subscriber did not take is told again.
    #[serde(rename = "retry_after_seconds", deserialize_with = "schedule")]
    pub retries: RetrySchedule,
    #[serde(deserialize_with = "read::value")]
    allow_long_retention: bool,
    #[serde(deserialize_with = "read::value")]
    allow_short_retention: bool,
}

/// Ten years: longer than any usual duty to keep records.
const LONGEST_RETENTION_DAYS: i64 = 3653;
/// After a long weekend somebody must still be able to see what happened at its beginning.
const SHORTEST_RETENTION_DAYS: i64 = 5;

impl EventSettings {
    pub(crate) fn dangers(&self) -> Vec<Danger> {
        let days = self.retention.num_days();
        if days > LONGEST_RETENTION_DAYS {
            let risk = "keeps the networks and failures of strangers for more than ten years";
            return vec![Danger::at("retention_days", risk, "allow_long_retention", self.allow_long_retention)];
        }
        if days < SHORTEST_RETENTION_DAYS {
            let risk =
                format!("is less than {SHORTEST_RETENTION_DAYS}, so that an attack leaves no trace after a weekend");
            return vec![Danger::at("retention_days", risk, "allow_short_retention", self.allow_short_retention)];
        }
        Vec::new()
    }
}

/// A pause between two attempts.
struct Pause(TimeDelta);

/// A week.
const LONGEST_PAUSE: u32 = 604_800;

impl Setting for Pause {
    fn from_given(given: &Given) -> Result<Self, String> {
        let seconds = match given {
            Given::Whole(seconds) => u32::try_from(*seconds).ok(),
            Given::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        let fits = seconds.filter(|seconds| *seconds <= LONGEST_PAUSE);
        let pause = fits.map(|seconds| Self(TimeDelta::seconds(seconds.into())));
        pause.ok_or_else(|| format!("must hold whole numbers from 0 to {LONGEST_PAUSE}, not {given}"))
    }
}

fn schedule<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<RetrySchedule, D::Error> {
    let pauses: Vec<Pause> = read::list(deserializer)?;
    Ok(RetrySchedule::new(pauses.into_iter().map(|Pause(pause)| pause).collect()))
}

fn days<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<TimeDelta, D::Error> {
    read::whole::<1, 36_500, u32, D>(deserializer).map(|days| TimeDelta::days(days.into()))
}
