//! Hashing passwords.

use async_trait::async_trait;
use auth_domain::credentials::{Password, PasswordHash};

use crate::Failure;

/// What checking a password against a hash showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the password.
    Matches,
    /// It is the password, and its hash should be made anew with today's parameters.
    MatchesOutdated,
    /// It is not.
    Differs,
}

/// Hashes passwords off the async threads, a bounded number at once, behind a bounded queue. A full queue is a
/// failure, with the time after which there should be room again.
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// A new salted hash.
    async fn hash(&self, password: Password) -> Result<PasswordHash, Failure>;

    /// Checks a password. Without a hash (an unknown user) it works as long and answers `Differs`.
    /// A hash that cannot be read, or that would cost more than the adapter's bounds, also `Differs`.
    async fn verify(&self, password: Password, hash: Option<PasswordHash>) -> Result<Verdict, Failure>;
}

/// Judges hashes that were made elsewhere.
pub trait PasswordHashReader: Send + Sync {
    /// Whether [`PasswordHasher::verify`] could ever answer anything but `Differs` for this hash: its
    /// format is known, and checking it costs no more than the adapter's bounds. Takes microseconds.
    fn is_acceptable(&self, hash: &PasswordHash) -> bool;
}
