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

/// What happens to requests of clients that nobody registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownClients {
    /// They count as the default client (profile `local`).
    TakenAsDefault,
    /// They are refused.
    Refused,
}

/// A client that nobody registered.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("client_id is unknown")]
pub struct UnknownClient;

/// The applications that may use the service.
#[derive(Debug, Clone)]
pub struct Clients {
    default: ClientId,
    unknown: UnknownClients,
}

impl Clients {
    /// Requests without a client id are the default client's.
    #[must_use]
    pub fn new(default: ClientId, unknown: UnknownClients) -> Self {
        Self { default, unknown }
    }

    /// Which client a request is from.
    ///
    /// # Errors
    /// [`UnknownClient`], where unknown ones are refused.
    pub fn resolve(&self, named: Option<&str>) -> Result<ClientId, UnknownClient> {
        match named {
            None => Ok(self.default.clone()),
            Some(named) if named == self.default.as_str() => Ok(self.default.clone()),
            Some(_) if self.unknown == UnknownClients::TakenAsDefault => Ok(self.default.clone()),
            Some(_) => Err(UnknownClient),
        }
    }
}
