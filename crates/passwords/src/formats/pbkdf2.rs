//! PBKDF2 (RFC 8018) with HMAC-SHA-1, HMAC-SHA-256 or HMAC-SHA-512 in PHC string format:
//! `$pbkdf2-sha256$i=600000,l=32$salt$output`. The length `l` is optional.

use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::fields::Fields;
use super::stored_hash::{Salted, StoredHash};
use crate::memory::Memory;

/// These take about two seconds. Each block of the output takes all of them.
const MAX_ROUNDS: u32 = 2_000_000;

type Derive = fn(&[u8], &[u8], u32, &mut [u8]);

/// The names, and how many octets a block of the output has. The first is RustCrypto's and passlib's name for SHA-1.
const ALGORITHMS: [(&str, Derive, usize); 4] = [
    ("pbkdf2", pbkdf2_hmac::<Sha1>, 20),
    ("pbkdf2-sha1", pbkdf2_hmac::<Sha1>, 20),
    ("pbkdf2-sha256", pbkdf2_hmac::<Sha256>, 32),
    ("pbkdf2-sha512", pbkdf2_hmac::<Sha512>, 64),
];

struct Pbkdf2Hash {
    derive: Derive,
    rounds: u32,
    salted: Salted,
}

pub(super) fn read(text: &str) -> Option<Box<dyn StoredHash>> {
    let hash = Fields::read(text)?;
    let (_, derive, block) = ALGORITHMS.into_iter().find(|(name, ..)| *name == hash.name)?;
    let salted = Salted::of(&hash)?;
    let blocks = u32::try_from(salted.output.len().div_ceil(block)).ok()?;
    let rounds = hash.param("i", 1..=MAX_ROUNDS / blocks)?;
    let length_fits = |length: u32| usize::try_from(length).is_ok_and(|length| length == salted.output.len());
    let known = hash.has_only(&["i", "l"]) && hash.optional("l").is_none_or(length_fits);
    known.then(|| Box::new(Pbkdf2Hash { derive, rounds, salted }) as _)
}

impl StoredHash for Pbkdf2Hash {
    fn matches(&self, password: &[u8], _: &mut Memory) -> bool {
        self.salted.equals(|salt, out| {
            (self.derive)(password, salt, self.rounds, out);
            true
        })
    }
}
