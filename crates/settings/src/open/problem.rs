//! What an adapter says of its section.

use std::error::Error;
use std::fmt;

use auth_domain::error_chain::ErrorChain;

use crate::SettingsError;

/// What is wrong with the section of an adapter, in the words of the adapter. The section's name is added, and must not
/// be part of it. It never repeats a secret.
///
/// Every error becomes one by `?`: its text and its causes are kept. A problem is no `Error` itself for that reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    key: Option<String>,
    text: String,
}

impl Problem {
    /// A key of the section is at fault. `text` completes a sentence that begins with the key: "must be …".
    pub fn at(key: impl Into<String>, text: impl Into<String>) -> Self {
        Self { key: Some(key.into()), text: text.into() }
    }

    /// The adapter cannot be set up, and no single key is at fault.
    pub fn new(text: impl Into<String>) -> Self {
        Self { key: None, text: text.into() }
    }

    /// The message that stops the start, of the section at `path`.
    #[must_use]
    pub fn of_section(self, path: &str) -> SettingsError {
        match self.key {
            Some(key) => SettingsError::at(format!("{path}.{key}"), self.text),
            None => SettingsError::general(format!("{path}: {}", self.text)),
        }
    }
}

/// Without the name of the section.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.key.as_ref().map_or(Ok(()), |key| write!(f, "{key} "))?;
        f.write_str(&self.text)
    }
}

impl<E: Error + 'static> From<E> for Problem {
    fn from(error: E) -> Self {
        Self::new(ErrorChain(&error).to_string())
    }
}
