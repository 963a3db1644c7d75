//! What the service runs for.

use std::fmt;

use crate::{Environment, SettingsError};

/// `AUTH_PROFILE`: chooses the second file of settings, and how strict the checks are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingsProfile {
    /// A developer's machine; needs nothing set.
    Local,
    /// Automatic tests.
    Test,
    /// Real users. Refuses sample secrets and everything that is only fit for the others.
    Production,
}

impl SettingsProfile {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Local, Self::Test, Self::Production];

    /// The profile that `AUTH_PROFILE` names; `local` without it.
    ///
    /// # Errors
    /// [`SettingsError`] for any other name.
    pub fn of(environment: &Environment) -> Result<Self, SettingsError> {
        let Some(name) = environment.plain("AUTH_PROFILE")? else { return Ok(Self::Local) };
        let known = Self::ALL.into_iter().find(|profile| profile.as_str() == name);
        known.ok_or_else(|| {
            SettingsError::general(format!("AUTH_PROFILE must be local, test or production, not {name:?}"))
        })
    }

    /// The name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Test => "test",
            Self::Production => "production",
        }
    }

    /// Whether it is a developer's machine.
    #[must_use]
    pub fn is_local(self) -> bool {
        self == Self::Local
    }

    /// Whether real users are served.
    #[must_use]
    pub fn is_production(self) -> bool {
        self == Self::Production
    }
}

impl fmt::Display for SettingsProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
