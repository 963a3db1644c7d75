//! Fingerprints: by what a repeated request is recognised.

use crate::keyed_hash::{KeyUse, ServerKey};

/// Keyed hash of a request that something paid for. It is stored with what was spent, so that the same request, sent
/// again because its answer was lost, is told from another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Of the parts of a request: everything that makes it another request when it differs. Nothing whose fast hash
    /// must not lie in a database, such as a password.
    #[must_use]
    pub fn of(key: &ServerKey, parts: &[&[u8]]) -> Self {
        Self(key.hash(KeyUse::RequestFingerprint, parts))
    }

    /// As it was stored.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// As it is stored.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}
