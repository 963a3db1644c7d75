//! Passwords.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use auth_domain::credentials::{Password, PasswordHash};
use auth_ports::{Failure, HashAsker, KeptPlace, PasswordHashReader, PasswordHasher, UnreadableHash, Verdict};

use super::Meanwhile;

/// Hashes nothing. It can be made to be overloaded, and counts what it was asked to check.
#[derive(Default)]
pub(crate) struct FakeHasher {
    pub(crate) overloaded: AtomicBool,
    /// Whether it has no place for anybody, which it says before anything else is done.
    pub(crate) full: AtomicBool,
    pub(crate) checks: AtomicUsize,
    /// How many passwords it was asked to hash or to check.
    pub(crate) hashes: AtomicUsize,
    pub(crate) meanwhile: Meanwhile,
    /// What others do while a password is hashed, and at no other time.
    pub(crate) while_hashing: Meanwhile,
}

/// The hash of a password.
pub(crate) fn hash_of(password: &str) -> PasswordHash {
    PasswordHash::new(format!("hash of {password}"))
}

/// The hash of a password, made with outdated parameters.
pub(crate) fn outdated_hash_of(password: &str) -> PasswordHash {
    PasswordHash::new(format!("outdated hash of {password}"))
}

impl FakeHasher {
    fn answer(&self) -> Result<(), Failure> {
        self.hashes.fetch_add(1, Ordering::Relaxed);
        self.meanwhile.happen();
        self.while_hashing.happen();
        if self.overloaded.load(Ordering::Relaxed) {
            return Err(overloaded());
        }
        Ok(())
    }
}

fn overloaded() -> Failure {
    Failure::Unavailable { retry_after: Duration::from_secs(3), cause: "overloaded".into() }
}

#[async_trait]
impl PasswordHasher for FakeHasher {
    fn keep_place(&self, _: HashAsker) -> Result<KeptPlace, Failure> {
        if self.full.load(Ordering::Relaxed) { Err(overloaded()) } else { Ok(KeptPlace::none()) }
    }

    async fn hash(&self, password: Password, _: HashAsker) -> Result<PasswordHash, Failure> {
        self.answer()?;
        Ok(hash_of(password.expose()))
    }

    async fn verify(&self, password: Password, hash: Option<PasswordHash>, _: HashAsker) -> Result<Verdict, Failure> {
        self.checks.fetch_add(1, Ordering::Relaxed);
        self.answer()?;
        let is = |expected: PasswordHash| hash.as_ref() == Some(&expected);
        Ok(match password.expose() {
            password if is(hash_of(password)) => Verdict::Matches,
            password if is(outdated_hash_of(password)) => Verdict::MatchesOutdated,
            _ => Verdict::Differs,
        })
    }
}

impl PasswordHashReader for FakeHasher {
    fn read(&self, exported: &str) -> Result<PasswordHash, UnreadableHash> {
        let hash = PasswordHash::new(exported.to_owned());
        if exported.contains("hash of ") { Ok(hash) } else { Err(UnreadableHash("is none")) }
    }
}
