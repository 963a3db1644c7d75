//! What an access token says.

use crate::Timestamp;
use crate::accounts::UserId;
use crate::clients::ClientId;
use crate::sessions::SessionId;

/// What a token is good for: `scope` of the protocol's token answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// A user who signed up.
    #[default]
    User,
    /// A user known by a device only.
    Anonymous,
}

impl Scope {
    /// The word on the wire and in stores.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Anonymous => "anonymous",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::User, Self::Anonymous].into_iter().find(|scope| scope.name() == name)
    }
}

/// How a user signed in: the claim `provider_type`, such as `email`, `phone_number`, `username`
/// or a provider's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method(String);

impl Method {
    /// An identifier kind's or a provider's name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The word.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}

/// The claims of an access token that depend on the session; issuer and project are the minter's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessClaims {
    /// `sub`
    pub user: UserId,
    /// `sid`: lets our own endpoints refuse a session that was ended.
    pub session: SessionId,
    /// `aud` and `client_id`
    pub client: ClientId,
    /// `scope`
    pub scope: Scope,
    /// `provider_type`
    pub method: Method,
    /// `iat`
    pub issued_at: Timestamp,
    /// `exp`
    pub expires_at: Timestamp,
}

/// What a token of a client for itself is good for: no user stands behind it.
pub const CLIENT_SCOPE: &str = "client";

/// The claims of an access token that a client has for itself. Another type than [`AccessClaims`], so that
/// neither passes for the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientClaims {
    /// `sub`, `aud` and `client_id`
    pub client: ClientId,
    /// `iat`
    pub issued_at: Timestamp,
    /// `exp`
    pub expires_at: Timestamp,
}
