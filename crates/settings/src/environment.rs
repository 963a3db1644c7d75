//! The process's variables, as an argument: tests make their own.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;

use crate::SettingsError;
use crate::error::variable_of;

/// Variables by name. Prints names only, since values may be secret.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, OsString>);

impl Environment {
    /// What this process was started with.
    #[must_use]
    pub fn from_process() -> Self {
        Self::new(std::env::vars_os())
    }

    /// The given variables.
    pub fn new<K: AsRef<OsStr>, V: Into<OsString>>(variables: impl IntoIterator<Item = (K, V)>) -> Self {
        let named = |(name, value): (K, V)| (name.as_ref().to_string_lossy().into_owned(), value.into());
        Self(variables.into_iter().map(named).collect())
    }

    /// The same without the variables of a setting, such as `http.listen`; `None` if it is set by none.
    #[must_use]
    pub fn without(&self, key: &str) -> Option<Self> {
        let variable = variable_of(key);
        let of_database = if key == "database.url" { "DATABASE_URL" } else { "" };
        let is_of = |name: &str| name == variable || name == format!("{variable}_FILE") || name == of_database;
        // A section that does not exist is named by its first word.
        let below = format!("{variable}__");
        let left: BTreeMap<_, _> = self
            .0
            .iter()
            .filter(|(name, _)| !is_of(name) && !name.starts_with(&below))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        (left.len() < self.0.len()).then_some(Self(left))
    }

    /// A variable that is not of the form `AUTH__…`; an empty one counts as absent.
    pub(crate) fn plain(&self, name: &'static str) -> Result<Option<&str>, SettingsError> {
        let Some(value) = self.0.get(name).filter(|value| !value.is_empty()) else { return Ok(None) };
        text(name, value).map(Some)
    }

    /// Variables whose names start with `prefix`, in order of their names.
    pub(crate) fn with_prefix(&self, prefix: &str) -> impl Iterator<Item = (&str, Result<&str, SettingsError>)> {
        let named = move |(name, _): &(&String, &OsString)| name.starts_with(prefix);
        self.0.iter().filter(named).map(|(name, value)| (name.as_str(), text(name, value)))
    }
}

fn text<'a>(name: &str, value: &'a OsStr) -> Result<&'a str, SettingsError> {
    value.to_str().ok_or_else(|| SettingsError::general(format!("{name} must be UTF-8")))
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
