//! Fingerprints, by which repeated requests are recognised.

use crate::keyed_hash::{KeyUse, ServerKey};

/// The keyed hash of a request that something paid for. It is stored with what was spent, so that the same request,
/// sent again because its answer was lost, can be distinguished from a different one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Computes the fingerprint of a request from its parts: everything that makes it a different request if it
    /// differs. The parts must not include anything whose fast hash must not be stored in a database, such as a
    /// password. There is one with each key of the server's that is accepted; the first is that of what is made now.
    #[must_use]
    pub fn each(key: &ServerKey, parts: &[&[u8]]) -> Vec<Self> {
        key.hashes(KeyUse::RequestFingerprint, parts).map(Self).collect()
    }

    /// Reads a fingerprint as it was stored.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the fingerprint as it is stored.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}
