//! The admin backend: who may do what there, and how users are looked through.

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
    /// The stored and shown word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "users:read",
            Self::Write => "users:write",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Read, Self::Write].into_iter().find(|scope| scope.name() == name)
    }
}

/// A bearer key: `ak_` and 43 characters of base64url.
#[derive(Debug, Clone)]
pub struct AdminKeySecret(SecretBytes);

impl AdminKeySecret {
    /// From 32 random bytes.
    #[must_use]
    pub fn new(secret: SecretBytes) -> Self {
        Self(secret)
    }

    /// Reads a key from a request.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.strip_prefix("ak_").and_then(SecretBytes::parse).map(Self)
    }

    /// The text, for the one answer that hands it out.
    #[must_use]
    pub fn expose(&self) -> String {
        format!("ak_{}", self.0.expose())
    }

    /// What is stored.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        self.0.hash()
    }
}

/// An admin key as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminKey {
    /// Its id.
    pub id: Uuid,
    /// Whose it is, or what for.
    pub name: String,
    /// Hash of the secret.
    pub hash: SecretHash,
    /// What it may do.
    pub scopes: Vec<AdminScope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl AdminKey {
    /// Whether it may be used at `now`.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|at| now < at)
    }
}

/// A page of users, in the order of their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserPage {
    /// Only users after this one.
    pub after: Option<UserId>,
    /// At most this many.
    pub limit: u16,
}

/// A page of events, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPage {
    /// Only events of this user.
    pub user: Option<UserId>,
    /// Only events before this one (instant and id, which orders events of one instant).
    pub before: Option<(Timestamp, Uuid)>,
    /// At most this many.
    pub limit: u16,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_exposed_reads_the_same(bytes: [u8; 32]) {
            let key = AdminKeySecret::new(SecretBytes::new(bytes));
            prop_assert_eq!(AdminKeySecret::parse(&key.expose()).map(|read| read.hash()), Some(key.hash()));
        }

        #[test]
        fn what_is_accepted_is_canonical(text in "(?s).{0,50}|(ak_|AK_| ak_|m\\.)?[A-Za-z0-9_-]{43}") {
            if let Some(key) = AdminKeySecret::parse(&text) {
                prop_assert_eq!(key.expose(), text);
            }
        }
    }
}
