//! `[passwords]`

use std::path::PathBuf;

use auth_domain::credentials::{BreachedPasswords, PasswordPolicy};
use serde::Deserialize;

use super::common::cores;
use crate::Danger;
use crate::values::read;

/// About a second of waiting at 16 ms a hash.
const QUEUED_PER_PERMIT: usize = 64;

/// What passwords are accepted, and how they are hashed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordSettings {
    #[serde(default, deserialize_with = "read::optional_whole::<1, 1024, _, _>")]
    max_concurrent: Option<u16>,
    #[serde(default, deserialize_with = "read::optional_whole::<0, 1_000_000, _, _>")]
    max_queued: Option<u32>,
    /// How far hashing gives way to everything else on the machine (Linux).
    #[serde(deserialize_with = "read::whole::<0, 19, _, _>")]
    pub niceness: u8,
    #[serde(deserialize_with = "read::whole::<8, 64, _, _>")]
    min_chars: u16,
    #[serde(deserialize_with = "read::whole::<64, 1000, _, _>")]
    max_chars: u16,
    #[serde(deserialize_with = "read::value")]
    three_classes: bool,
    /// A list of passwords that are known from breaches, where it is set.
    #[serde(default, deserialize_with = "read::optional")]
    pub breached_file: Option<PathBuf>,
    /// Memory of one hash.
    #[serde(deserialize_with = "read::whole::<7168, 1_048_576, _, _>")]
    pub memory_kib: u32,
    /// Passes over the memory.
    #[serde(deserialize_with = "read::whole::<1, 20, _, _>")]
    pub iterations: u32,
    /// Lanes of one hash.
    #[serde(deserialize_with = "read::whole::<1, 16, _, _>")]
    pub parallelism: u32,
    #[serde(deserialize_with = "read::value")]
    allow_weak_hashes: bool,
}

/// Memory in KiB and passes that OWASP recommends as equals for Argon2id (Password Storage Cheat Sheet).
const RECOMMENDED: [(u32, u32); 5] = [(47_104, 1), (19_456, 2), (12_288, 3), (9_216, 4), (7_168, 5)];

impl PasswordSettings {
    pub(crate) fn dangers(&self) -> Vec<Danger> {
        let reaches = |(memory, passes): &(u32, u32)| self.memory_kib >= *memory && self.iterations >= *passes;
        if RECOMMENDED.iter().any(reaches) {
            return Vec::new();
        }
        let risk =
            "and passwords.iterations cost less than all that OWASP recommends, so that stolen hashes are guessed";
        vec![Danger::at("memory_kib", risk, "allow_weak_hashes", self.allow_weak_hashes)]
    }

    /// The rules for new passwords, but for those of [`Self::breached_file`].
    #[must_use]
    pub fn policy(&self) -> PasswordPolicy {
        PasswordPolicy {
            min_chars: self.min_chars.into(),
            max_chars: self.max_chars.into(),
            three_classes: self.three_classes,
            breached: BreachedPasswords::default(),
        }
    }

    /// Hashes at once: as set, else one a core.
    #[must_use]
    pub fn max_concurrent(&self) -> usize {
        self.max_concurrent.map_or_else(cores, usize::from)
    }

    /// Hashes that may wait: as set, else 64 for each that may run.
    #[must_use]
    pub fn max_queued(&self) -> usize {
        let chosen = || QUEUED_PER_PERMIT * self.max_concurrent();
        self.max_queued.map_or_else(chosen, |queued| usize::try_from(queued).unwrap_or(usize::MAX))
    }
}
