//! What the formats have in common.

use ::argon2::Params;
use ::argon2::password_hash::phc;
use subtle::ConstantTimeEq as _;

use super::fields::{Fields, octets};
use crate::memory::Memory;

/// The fewest octets of an output. Of shorter ones another password could be found that fits.
const MIN_OUTPUT: usize = 10;

/// A hash that has been read, and whose cost is within bounds.
pub(crate) trait StoredHash: Send + Sync {
    /// Whether the hash is of this password. This takes as long for a wrong password as for the right one.
    fn matches(&self, password: &[u8], memory: &mut Memory) -> bool;

    /// Whether a hash made with today's parameters would look the same.
    fn is_current(&self, _today: &Params) -> bool {
        false
    }

    /// How many times as long as a check of a password of `octets` the check of any other may take. It is more than once
    /// where every round reads the password.
    fn stretch(&self, _octets: usize) -> u32 {
        1
    }
}

/// A salt and an output. Outputs are compared in constant time.
pub(super) struct Salted {
    salt: Vec<u8>,
    pub(super) output: Vec<u8>,
}

impl Salted {
    pub(super) fn of_phc(hash: &phc::PasswordHash) -> Option<Self> {
        Some(Self { salt: hash.salt?.to_vec(), output: hash.hash?.as_bytes().to_vec() })
    }

    pub(super) fn of(fields: &Fields<'_>) -> Option<Self> {
        let (salt, output) = (octets(fields.salt)?, octets(fields.output)?);
        (output.len() >= MIN_OUTPUT).then_some(Self { salt, output })
    }

    /// Whether `derive`, given the salt, fills a buffer of the same length with the same octets. It returns `false` if
    /// it could not fill the buffer.
    pub(super) fn equals(&self, derive: impl FnOnce(&[u8], &mut [u8]) -> bool) -> bool {
        let mut computed = vec![0; self.output.len()];
        derive(&self.salt, &mut computed) && bool::from(computed.ct_eq(&self.output))
    }
}

/// The longest password, in octets, where every round reads it.
pub(super) const MAX_PASSWORD: usize = 128;

/// What is hashed of a password where every round reads it: a check of a longer one takes as long as one of the longest.
pub(super) fn bounded(password: &[u8]) -> &[u8] {
    &password[..password.len().min(MAX_PASSWORD)]
}

/// [`StoredHash::stretch`] where a round reads so many blocks of a password of so many octets.
pub(super) fn stretch_of(round: impl Fn(usize) -> u32, octets: usize) -> u32 {
    round(MAX_PASSWORD).div_ceil(round(octets.min(MAX_PASSWORD)))
}

/// The number of blocks that a digest reads of this many octets: its end takes an octet and the length.
pub(super) fn blocks(octets: usize, block: usize) -> u32 {
    u32::try_from((octets + 1 + block / 8).div_ceil(block)).unwrap_or(u32::MAX)
}
