//! Checking passwords a limited number of times.

use auth_domain::credentials::{Password, PasswordHash};
use auth_ports::{Failure, Verdict};
use secrecy::{ExposeSecret as _, SecretString};

use crate::kit::{Allowance, Hashes, TriesAtPasswords};

/// Checks passwords and counts how often they are tried. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    pub(crate) hashes: Hashes,
    pub(crate) tries: TriesAtPasswords,
}

impl Passwords {
    /// Builds the check from its parts.
    #[must_use]
    pub fn new(hashes: Hashes, tries: TriesAtPasswords) -> Self {
        Self { hashes, tries }
    }

    /// Checks a password as the client wrote it, and takes as long if there is no hash. A text that cannot be a
    /// password is not checked and does not match.
    pub(crate) async fn verify(
        &self,
        raw: &SecretString,
        hash: Option<PasswordHash>,
        allowed: Allowance,
    ) -> Result<(Verdict, Option<Password>), Failure> {
        match Password::presented(raw.expose_secret()) {
            Some(password) => Ok((self.hashes.verify(password.clone(), hash, allowed).await?, Some(password))),
            None => Ok((Verdict::Differs, None)),
        }
    }
}
