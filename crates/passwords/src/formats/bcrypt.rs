//! bcrypt in its own format. `$2a$`, `$2b$` and `$2y$` differ in the faults of old libraries, and not in how the hash
//! is computed. `$2x$` marks hashes of a faulty library, and is refused.

use super::stored_hash::StoredHash;
use crate::memory::Memory;

/// 2^15 rounds take about two seconds.
const MAX_COST: &str = "15";
/// The number of octets that bcrypt looks at.
const MAX_PASSWORD: usize = 72;

struct BcryptHash(String);

pub(super) fn read(text: &str) -> Option<Box<dyn StoredHash>> {
    let rest = ["$2a$", "$2b$", "$2y$"].iter().find_map(|prefix| text.strip_prefix(prefix))?;
    let (cost, _) = rest.split_once('$')?;
    let affordable = cost.len() == 2 && cost.bytes().all(|b| b.is_ascii_digit()) && ("04"..=MAX_COST).contains(&cost);
    let readable = affordable && text.parse::<bcrypt::HashParts>().is_ok();
    readable.then(|| Box::new(BcryptHash(text.to_owned())) as _)
}

impl StoredHash for BcryptHash {
    /// A password that is longer than what bcrypt looks at never matches. Otherwise all passwords with the same
    /// beginning would match, and the wrong one could become the password when the hash is renewed.
    fn matches(&self, password: &[u8], _: &mut Memory) -> bool {
        bcrypt::verify(password, &self.0).unwrap_or(false) && password.len() <= MAX_PASSWORD
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_cut() {
        let stored = read("$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i").unwrap();
        assert!(stored.matches("x".repeat(72).as_bytes(), &mut Memory::default()));
        for length in [71, 73, 80, 200] {
            assert!(!stored.matches("x".repeat(length).as_bytes(), &mut Memory::default()), "{length}");
        }
    }
}
