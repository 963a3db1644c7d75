//! PBKDF2 (RFC 8018) with HMAC-SHA-256 or HMAC-SHA-512 in PHC string format:
//! `$pbkdf2-sha256$i=600000,l=32$salt$output`. The length `l` is optional.

use argon2::password_hash::phc::PasswordHash;
use pbkdf2::{Algorithm, Params, pbkdf2_hmac_with_params};

use super::stored_hash::{Salted, StoredHash};
use crate::memory::Memory;

/// These take about two seconds.
const MAX_ROUNDS: u32 = 2_000_000;

struct Pbkdf2Hash {
    algorithm: Algorithm,
    params: Params,
    salted: Salted,
}

pub(super) fn read(text: &str) -> Option<Box<dyn StoredHash>> {
    let hash = PasswordHash::new(text).ok()?;
    let algorithm = Algorithm::new(hash.algorithm.as_str()).ok()?;
    let rounds = hash.params.get_decimal("i").filter(|rounds| *rounds <= MAX_ROUNDS)?;
    let params = Params::new(rounds).ok()?;
    let salted = Salted::of(&hash)?;
    let length_fits = |length: u32| usize::try_from(length).is_ok_and(|length| length == salted.output.len());
    let known = hash.version.is_none()
        && hash.params.iter().all(|(name, _)| ["i", "l"].contains(&name.as_str()))
        && hash.params.get_decimal("l").is_none_or(length_fits);
    known.then(|| Box::new(Pbkdf2Hash { algorithm, params, salted }) as _)
}

impl StoredHash for Pbkdf2Hash {
    fn matches(&self, password: &[u8], _: &mut Memory) -> bool {
        self.salted.equals(|salt, out| {
            pbkdf2_hmac_with_params(password, salt, self.algorithm, self.params, out);
            true
        })
    }
}
