//! `[logging]`

use serde::Deserialize;

use super::common::one_of;
use crate::Danger;
use crate::values::{Given, Setting, read};

/// What is logged, and how.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoggingSettings {
    /// The form of each event.
    #[serde(deserialize_with = "read::value")]
    pub format: LogFormat,
    /// Events of this level and worse are logged.
    #[serde(deserialize_with = "read::value")]
    pub level: LogLevel,
}

impl LoggingSettings {
    pub(crate) fn dangers(&self) -> Vec<Danger> {
        match self.level {
            LogLevel::Error => {
                let risk = "is error, so that neither calls by admin keys nor guessing, nor a daily budget that is \
                            nearly used up, is logged";
                vec![Danger::meant("level", risk)]
            }
            // Calls by admin keys are logged at this level, and those that read everybody's events nowhere else.
            LogLevel::Warn => vec![Danger::meant("level", "is warn, so that calls by admin keys are not logged")],
            LogLevel::Info | LogLevel::Debug | LogLevel::Trace => Vec::new(),
        }
    }
}

/// The form of logged events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object per line.
    Json,
}

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    /// What needs a person.
    Error,
    /// What may need one.
    Warn,
    /// What happened.
    Info,
    /// How it came to happen.
    Debug,
    /// Everything.
    Trace,
}

impl LogLevel {
    /// The name, as settings spell it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

impl Setting for LogFormat {
    fn from_given(given: &Given) -> Result<Self, String> {
        one_of(given, &[("text", Self::Text), ("json", Self::Json)])
    }
}

impl Setting for LogLevel {
    fn from_given(given: &Given) -> Result<Self, String> {
        let all = [Self::Error, Self::Warn, Self::Info, Self::Debug, Self::Trace];
        one_of(given, &all.map(|level| (level.as_str(), level)))
    }
}
