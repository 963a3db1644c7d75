//! Checking passwords a limited number of times.

use std::sync::Arc;

use auth_domain::credentials::{Password, PasswordHash};
use auth_ports::{Failure, PasswordHasher, Verdict};
use secrecy::{ExposeSecret as _, SecretString};

use crate::kit::TriesAtPasswords;

/// Checks passwords and counts how often they are tried. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    hasher: Arc<dyn PasswordHasher>,
    pub(crate) tries: TriesAtPasswords,
}

impl Passwords {
    /// Builds the check from its parts.
    #[must_use]
    pub fn new(hasher: Arc<dyn PasswordHasher>, tries: TriesAtPasswords) -> Self {
        Self { hasher, tries }
    }

    /// Checks a password as the client wrote it, and takes as long if there is no hash. A text that cannot be a
    /// password is not checked and does not match.
    pub(crate) async fn verify(
        &self,
        raw: &SecretString,
        hash: Option<PasswordHash>,
    ) -> Result<(Verdict, Option<Password>), Failure> {
        match Password::presented(raw.expose_secret()) {
            Some(password) => Ok((self.hasher.verify(password.clone(), hash).await?, Some(password))),
            None => Ok((Verdict::Differs, None)),
        }
    }

    /// Hashes a new password.
    pub(crate) async fn hash(&self, password: Password) -> Result<PasswordHash, Failure> {
        self.hasher.hash(password).await
    }
}
