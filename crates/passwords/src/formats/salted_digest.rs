//! One digest of the password and a salt, as directories have it: `$salted-sha256$n=1$salt$output`. It hardly slows down
//! whoever guesses; that it is read lets its users in once, after which it is renewed.

use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::fields::Fields;
use super::stored_hash::{Salted, StoredHash};
use crate::memory::Memory;

type Make = fn(&[u8], &[u8]) -> Vec<u8>;

/// The names, and how many octets an output has.
const ALGORITHMS: [(&str, Make, usize); 3] = [
    ("salted-sha1", digest::<Sha1>, 20),
    ("salted-sha256", digest::<Sha256>, 32),
    ("salted-sha512", digest::<Sha512>, 64),
];

struct SaltedDigest {
    make: Make,
    salted: Salted,
}

pub(super) fn read(text: &str) -> Option<Box<dyn StoredHash>> {
    let hash = Fields::read(text)?;
    let (_, make, length) = ALGORITHMS.into_iter().find(|(name, ..)| *name == hash.name)?;
    let salted = Salted::of(&hash)?;
    let readable = hash.param("n", 1..=1).is_some() && hash.has_only(&["n"]) && salted.output.len() == length;
    (readable && !hash.salt.is_empty()).then(|| Box::new(SaltedDigest { make, salted }) as _)
}

impl StoredHash for SaltedDigest {
    fn matches(&self, password: &[u8], _: &mut Memory) -> bool {
        self.salted.equals(|salt, out| {
            out.copy_from_slice(&(self.make)(password, salt));
            true
        })
    }
}

fn digest<D: Digest>(password: &[u8], salt: &[u8]) -> Vec<u8> {
    D::new().chain_update(password).chain_update(salt).finalize().to_vec()
}
