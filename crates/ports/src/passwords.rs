//! Hashing passwords.

use async_trait::async_trait;
use auth_domain::credentials::{Password, PasswordHash};
use auth_domain::origin::Network;
use thiserror::Error;

use crate::Failure;

/// The result of checking a password against a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The password is right.
    Matches,
    /// The password is right, and its hash should be renewed with today's parameters.
    MatchesOutdated,
    /// The password is wrong.
    Differs,
}

/// On whose behalf a password is hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashAsker {
    /// A request from this network.
    Network(Network),
    /// An operator, or the service itself.
    Operator,
}

/// A place in the queue of a [`PasswordHasher`], which is kept for a password that is about to come. It is free again when
/// this is dropped.
pub struct KeptPlace {
    _held: Option<Box<dyn Send + Sync>>,
}

impl KeptPlace {
    /// A place that `held` keeps.
    #[must_use]
    pub fn new(held: impl Send + Sync + 'static) -> Self {
        Self { _held: Some(Box::new(held)) }
    }

    /// No place: there is room for everybody.
    #[must_use]
    pub fn none() -> Self {
        Self { _held: None }
    }
}

/// Hashes passwords off the async threads, with bounded concurrency and a bounded queue.
///
/// The queue is fair. Askers take turns, so that one who has many passwords waiting does not delay the others, and
/// neighbouring networks, which one customer may hold, share the turns of one asker. If the queue is full, the newest of
/// whoever has the most in it fails in place of a newcomer who has less. Either failure says when there should be room
/// again.
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// Keeps a place in the queue until it is dropped, for a password that the asker is about to have hashed or checked.
    /// It is to be asked for first of all, so that a request for which there is no room costs next to nothing, and to be
    /// dropped right before the password is passed on. Takes microseconds.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] if the password would be refused. In spite of a place that was kept, it may still be when
    /// others are admitted in between.
    fn keep_place(&self, asker: HashAsker) -> Result<KeptPlace, Failure>;

    /// Makes a new salted hash.
    async fn hash(&self, password: Password, asker: HashAsker) -> Result<PasswordHash, Failure>;

    /// Checks a password. Without a hash (for an unknown user) it takes as long and returns `Differs`. It also
    /// returns `Differs` for a hash that cannot be read or whose cost exceeds the adapter's bounds.
    async fn verify(
        &self,
        password: Password,
        hash: Option<PasswordHash>,
        asker: HashAsker,
    ) -> Result<Verdict, Failure>;
}

/// Why a hash from another system cannot be imported: what it is and which form would do, as the end of a sentence that
/// begins with the name of the field. It repeats nothing of the hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct UnreadableHash(pub &'static str);

/// Reads hashes from other systems.
pub trait PasswordHashReader: Send + Sync {
    /// Reads a hash as another program exports it, and gives it in the form in which it is stored, which
    /// [`PasswordHasher::verify`] can check. Takes microseconds.
    ///
    /// # Errors
    /// [`UnreadableHash`] if its form is not known or its cost exceeds the adapter's bounds.
    fn read(&self, exported: &str) -> Result<PasswordHash, UnreadableHash>;
}
