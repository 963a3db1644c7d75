//! What an access token says.

use crate::Timestamp;
use crate::accounts::UserId;
use crate::clients::ClientId;
use crate::sessions::SessionId;

/// What a token is good for: the `scope` of the protocol's token response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// A user who signed up.
    #[default]
    User,
    /// A user who is known only by a device.
    Anonymous,
}

impl Scope {
    /// The scope's name on the wire and in stores.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Anonymous => "anonymous",
        }
    }

    /// Finds the scope with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::User, Self::Anonymous].into_iter().find(|scope| scope.name() == name)
    }
}

/// How a user signed in: the claim `provider_type`, which is `email`, `phone_number`, `username`
/// or a provider's id, for example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method(String);

impl Method {
    /// Makes a method from the name of an identifier kind or of a provider.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The method's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}

/// The claims of an access token that depend on the session; the minter adds issuer and project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessClaims {
    /// `sub`
    pub user: UserId,
    /// `sid`: lets our own endpoints refuse a session that has ended.
    pub session: SessionId,
    /// `client_id`
    pub client: ClientId,
    /// Whether the token is meant for that client, which `aud` says: whoever asked for it was the client, as far as it
    /// has a secret to show. Otherwise it is meant for this service only.
    pub for_client: bool,
    /// `scope`
    pub scope: Scope,
    /// `provider_type`
    pub method: Method,
    /// `iat`
    pub issued_at: Timestamp,
    /// `exp`
    pub expires_at: Timestamp,
}

/// The scope of a token that a client gets for itself: there is no user behind it.
pub const CLIENT_SCOPE: &str = "client";

/// The claims of an access token that a client gets for itself. This is a different type from [`AccessClaims`] so
/// that neither passes for the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientClaims {
    /// `sub`, `aud` and `client_id`
    pub client: ClientId,
    /// `iat`
    pub issued_at: Timestamp,
    /// `exp`
    pub expires_at: Timestamp,
}
