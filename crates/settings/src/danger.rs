//! Values that switch a protection off.

use std::fmt;

use crate::SettingsError;

/// A value that makes a promise of the papers untrue, such as a trusted proxy that is everybody.
///
/// In profile `production` it stops the start, unless a setting that is named for it says that the operator means it;
/// then `doctor` warns of it. In the other profiles it is no danger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Danger {
    key: String,
    risk: String,
    accepted_by: String,
    accepted: bool,
}

impl Danger {
    /// The value at `key` is dangerous. `risk` completes a sentence that begins with the key and says what is lost, in
    /// lower case and without a full stop. `accepted_by` is the key, of `true` or `false`, that accepts it. Both keys
    /// are those of one section, whose name is added. No part may repeat a secret.
    pub fn at(key: impl Into<String>, risk: impl Into<String>, accepted_by: impl Into<String>, accepted: bool) -> Self {
        Self { key: key.into(), risk: risk.into(), accepted_by: accepted_by.into(), accepted }
    }

    /// The same for a key whose name says what it permits, or that is only left out: it needs no second one, and only
    /// `doctor` warns of it.
    pub fn meant(key: impl Into<String>, risk: impl Into<String>) -> Self {
        let key = key.into();
        Self::at(key.clone(), risk, key, true)
    }

    /// The setting at fault, such as `http.trusted_proxies`.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The setting that accepts it; the same as [`Danger::key`] where the key's name says what it permits.
    #[must_use]
    pub fn accepted_by(&self) -> &str {
        &self.accepted_by
    }

    /// Whether the operator says so.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.accepted
    }

    pub(crate) fn of_section(self, path: &str) -> Self {
        let full = |key: String| format!("{path}.{key}");
        Self { key: full(self.key), accepted_by: full(self.accepted_by), ..self }
    }

    /// What stops the start, unless the danger is accepted.
    pub(crate) fn refusal(&self) -> Option<SettingsError> {
        let problem = format!("{}; if you mean it, set {} = true", self.risk, self.accepted_by);
        (!self.accepted).then(|| SettingsError::at(&self.key, problem))
    }
}

/// One line, for `doctor` and the log.
impl fmt::Display for Danger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.key, self.risk)?;
        if self.key == self.accepted_by { Ok(()) } else { write!(f, " (accepted by {})", self.accepted_by) }
    }
}
