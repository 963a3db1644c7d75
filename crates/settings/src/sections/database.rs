//! `[database]`

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::common::{cores, one_of};
use crate::values::{DatabaseUrl, Given, Setting, read};
use crate::{Danger, SettingsError};

/// Fewer connections leave even a small machine waiting for round trips.
const MIN_POOL_SIZE: u32 = 8;

/// Where everything is stored.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSettings {
    /// The database; none: a private one in `data_dir`.
    #[serde(default, deserialize_with = "read::optional")]
    pub url: Option<DatabaseUrl>,
    /// Whether a connection that others can read is accepted.
    #[serde(deserialize_with = "read::value")]
    pub allow_insecure: bool,
    #[serde(default, deserialize_with = "read::optional_whole::<1, 1000, _, _>")]
    pool_size: Option<u32>,
    /// How long a request waits for a connection.
    #[serde(rename = "acquire_timeout_seconds", deserialize_with = "read::duration::<1, 60, _>")]
    pub acquire_timeout: Duration,
    /// How long a call to the database may take in all.
    #[serde(rename = "call_timeout_seconds", deserialize_with = "read::duration::<1, 600, _>")]
    pub call_timeout: Duration,
    /// Whether statements are prepared under names.
    #[serde(deserialize_with = "read::value")]
    pub statements: StatementNames,
    /// On how many nodes the tables are.
    #[serde(deserialize_with = "read::value")]
    pub layout: LayoutName,
    /// Whether the schema is brought up to date at start.
    #[serde(deserialize_with = "read::value")]
    pub migrate: bool,
    /// Folder of the private database, and of keys made for profile `local`.
    #[serde(deserialize_with = "read::value")]
    pub data_dir: PathBuf,
}

/// Whether statements are prepared under names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementNames {
    /// They are, once for each connection.
    Named,
    /// They are not, for poolers that hand a connection to each transaction.
    Unnamed,
}

impl Setting for StatementNames {
    fn from_given(given: &Given) -> Result<Self, String> {
        one_of(given, &[("named", Self::Named), ("unnamed", Self::Unnamed)])
    }
}

/// On how many nodes the tables are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayoutName {
    /// All on one.
    Single,
    /// Spread over several, by an engine that does so.
    Sharded,
}

impl Setting for LayoutName {
    fn from_given(given: &Given) -> Result<Self, String> {
        one_of(given, &[("single", Self::Single), ("sharded", Self::Sharded)])
    }
}

impl DatabaseSettings {
    /// Connections at most: as set, else twice the cores and at least 8.
    #[must_use]
    pub fn pool_size(&self) -> u32 {
        let chosen = || u32::try_from(2 * cores()).unwrap_or(u32::MAX).max(MIN_POOL_SIZE);
        self.pool_size.unwrap_or_else(chosen)
    }

    pub(crate) fn checked(self) -> Result<Self, SettingsError> {
        if self.allow_insecure || self.url.as_ref().is_none_or(DatabaseUrl::is_protected) {
            return Ok(self);
        }
        let problem = "leaves this machine and must say sslmode=verify-full (or set database.allow_insecure)";
        Err(SettingsError::at("database.url", problem))
    }

    pub(crate) fn dangers(&self) -> Vec<Danger> {
        let exposed = self.url.as_ref().is_some_and(|url| !url.is_protected());
        let risk = "accepts a connection to the database that others may read and alter";
        Vec::from_iter(exposed.then(|| Danger::meant("allow_insecure", risk)))
    }

    pub(crate) fn check_for_production(&self) -> Result<(), SettingsError> {
        match self.url {
            Some(_) => Ok(()),
            None => Err(SettingsError::at("database.url", "must be set in production")),
        }
    }
}
