//! The applications that use the service.

use std::fmt;

use thiserror::Error;

/// An application's id (`client_id`); by default the environment's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientId(String);

/// Not a client id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("client_id must have 1 to 64 letters, digits, '-', '_' or '.'")]
pub struct ClientIdError;

impl ClientId {
    /// Reads an id from settings or from a request.
    ///
    /// # Errors
    /// [`ClientIdError`] for anything but 1–64 letters, digits, `-`, `_`, `.`.
    pub fn parse(raw: &str) -> Result<Self, ClientIdError> {
        let spelled = raw.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        if (1..=64).contains(&raw.len()) && spelled { Ok(Self(raw.to_owned())) } else { Err(ClientIdError) }
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
