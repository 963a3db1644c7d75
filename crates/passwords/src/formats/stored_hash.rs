//! What the formats have in common.

use ::argon2::Params;
use ::argon2::password_hash::phc;

use crate::memory::Memory;

/// A hash that has been read, and whose cost is within bounds.
pub(crate) trait StoredHash: Send + Sync {
    /// Whether the hash is of this password. This takes as long for a wrong password as for the right one.
    fn matches(&self, password: &[u8], memory: &mut Memory) -> bool;

    /// Whether a hash made with today's parameters would look the same.
    fn is_current(&self, _today: &Params) -> bool {
        false
    }
}

/// A salt and an output in PHC string format. Outputs are compared in constant time.
pub(super) struct Salted {
    salt: phc::Salt,
    pub(super) output: phc::Output,
}

impl Salted {
    pub(super) fn of(hash: &phc::PasswordHash) -> Option<Self> {
        Some(Self { salt: hash.salt?, output: hash.hash? })
    }

    /// Whether `derive`, given the salt, fills a buffer of the same length with the same octets. It returns `false` if it
    /// could not fill the buffer.
    pub(super) fn equals(&self, derive: impl FnOnce(&[u8], &mut [u8]) -> bool) -> bool {
        let mut computed = vec![0; self.output.len()];
        derive(&self.salt, &mut computed) && phc::Output::new(&computed).is_ok_and(|computed| computed == self.output)
    }
}
