//! Argon2 (RFC 9106) in PHC string format, with our parameters or any others within bounds.

use argon2::password_hash::phc::PasswordHash;
use argon2::{ARGON2ID_IDENT, Algorithm, Params, Version};

use super::stored_hash::{Salted, StoredHash};
use crate::memory::Memory;
use crate::recipe::Recipe;

/// In KiB: 256 MiB per permit can be afforded.
const MAX_MEMORY: u32 = 262_144;
const MAX_ITERATIONS: u32 = 10;
const MAX_PARALLELISM: u32 = 16;
/// The lengths of a salt and an output made today, in octets.
const SALT: usize = 16;
const OUTPUT: usize = 32;

struct Argon2Hash {
    hash: PasswordHash,
    recipe: Recipe,
    salted: Salted,
}

pub(super) fn read(text: &str) -> Option<Box<dyn StoredHash>> {
    let mut hash = PasswordHash::new(text).ok()?;
    // Strings without a version are from before versions were written.
    let version = Version::try_from(*hash.version.get_or_insert(Version::V0x10.into())).ok()?;
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
    let params = Params::try_from(&hash).ok()?;
    let affordable =
        params.m_cost() <= MAX_MEMORY && params.t_cost() <= MAX_ITERATIONS && params.p_cost() <= MAX_PARALLELISM;
    let salted = Salted::of_phc(&hash)?;
    affordable.then(|| Box::new(Argon2Hash { hash, recipe: Recipe::new(algorithm, version, params), salted }) as _)
}

impl StoredHash for Argon2Hash {
    fn matches(&self, password: &[u8], memory: &mut Memory) -> bool {
        self.salted.equals(|salt, output| self.recipe.derive(password, salt, output, memory).is_ok())
    }

    fn is_current(&self, today: &Params) -> bool {
        let cost = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
        self.hash.algorithm == ARGON2ID_IDENT
            && self.hash.version == Some(Version::V0x13.into())
            && cost(self.recipe.params()) == cost(today)
            && self.hash.salt.is_some_and(|salt| salt.len() == SALT)
            && self.hash.hash.is_some_and(|output| output.len() == OUTPUT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_difference_from_today_is_outdated() {
        let salt = ["MDEyMzQ1Njc4OWFiY2RlZg", "c29tZXNhbHQ"];
        let output = ["yqSq2SygY1sB4EcH9f2FG0JTMES+wqLsOT5YmiRBplI", "yqSq2SygY1sB4EcH9f2FGw"];
        let today = Params::new(19_456, 2, 1, None).unwrap();
        for (start, salt, output, current) in [
            ("$argon2id$v=19$m=19456,t=2,p=1", salt[0], output[0], true),
            ("$argon2id$v=19$m=19456,t=2,p=1", salt[1], output[0], false),
            ("$argon2id$v=19$m=19456,t=2,p=1", salt[0], output[1], false),
            ("$argon2id$v=16$m=19456,t=2,p=1", salt[0], output[0], false),
            ("$argon2id$m=19456,t=2,p=1", salt[0], output[0], false),
            ("$argon2i$v=19$m=19456,t=2,p=1", salt[0], output[0], false),
            ("$argon2d$v=19$m=19456,t=2,p=1", salt[0], output[0], false),
            ("$argon2id$v=19$m=12288,t=2,p=1", salt[0], output[0], false),
            ("$argon2id$v=19$m=65536,t=2,p=1", salt[0], output[0], false),
            ("$argon2id$v=19$m=19456,t=3,p=1", salt[0], output[0], false),
            ("$argon2id$v=19$m=19456,t=2,p=2", salt[0], output[0], false),
        ] {
            let text = format!("{start}${salt}${output}");
            assert_eq!(read(&text).unwrap().is_current(&today), current, "{text}");
        }
    }
}
