//! The admin backend: who may do what there, and how users and events are paged through.

use uuid::Uuid;

use crate::Timestamp;
use crate::accounts::UserId;
use crate::secret_bytes::{SecretBytes, SecretHash};

/// What an admin key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AdminScope {
    /// Find, list and export users; read events.
    Read,
    /// Create, change, block, delete and import users; end their sessions.
    Write,
}

impl AdminScope {
    /// The scope's name, as it is stored and shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "users:read",
            Self::Write => "users:write",
        }
    }

    /// Finds the scope with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Read, Self::Write].into_iter().find(|scope| scope.name() == name)
    }
}

/// A bearer key: `ak_` and 43 characters of base64url.
#[derive(Debug, Clone)]
pub struct AdminKeySecret(SecretBytes);

impl AdminKeySecret {
    /// Makes a key from 32 random bytes.
    #[must_use]
    pub fn new(secret: SecretBytes) -> Self {
        Self(secret)
    }

    /// Reads a key from a request.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.strip_prefix("ak_").and_then(SecretBytes::parse).map(Self)
    }

    /// The key's text, for the one response that hands it out.
    #[must_use]
    pub fn expose(&self) -> String {
        format!("ak_{}", self.0.expose())
    }

    /// The hash that is stored.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        self.0.hash()
    }
}

/// An admin key as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminKey {
    /// The key's id.
    pub id: Uuid,
    /// Who the key belongs to, or what it is for.
    pub name: String,
    /// The hash of the secret.
    pub hash: SecretHash,
    /// What the key may do.
    pub scopes: Vec<AdminScope>,
    /// When the key was created.
    pub created_at: Timestamp,
    /// When the key expires: from then on it is refused. `None`: never.
    pub expires_at: Option<Timestamp>,
    /// When the key was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

impl AdminKey {
    /// Whether the key may be used at `now`.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|at| now < at)
    }
}

/// A page of users, in the order of their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserPage {
    /// The page starts after this user.
    pub after: Option<UserId>,
    /// The page holds at most this many.
    pub limit: u16,
}

/// A page of events, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPage {
    /// Only events of this user.
    pub user: Option<UserId>,
    /// Only events before this one (the instant and the id, which orders events of the same instant).
    pub before: Option<(Timestamp, Uuid)>,
    /// The page holds at most this many.
    pub limit: u16,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_exposed_key_parses_to_the_same_value(bytes: [u8; 32]) {
            let key = AdminKeySecret::new(SecretBytes::new(bytes));
            prop_assert_eq!(AdminKeySecret::parse(&key.expose()).map(|read| read.hash()), Some(key.hash()));
        }

        #[test]
        fn accepted_text_is_canonical(text in "(?s).{0,50}|(ak_|AK_| ak_|m\\.)?[A-Za-z0-9_-]{43}") {
            if let Some(key) = AdminKeySecret::parse(&text) {
                prop_assert_eq!(key.expose(), text);
            }
        }
    }
}
