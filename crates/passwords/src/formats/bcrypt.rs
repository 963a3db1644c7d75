//! bcrypt in its own format, and bcrypt of a digest of the password.
//!
//! `$2a$`, `$2b$` and `$2y$` differ in the faults of old libraries, and not in how the hash is computed. `$2x$` marks
//! hashes of a faulty library, and is refused.
//!
//! Programs that take passwords of any length give bcrypt a digest of them: `$bcrypt-of-sha256-hex$r=12$salt$output`,
//! with the salt and the output in bcrypt's own base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256, Sha384};

use super::fields::Fields;
use super::stored_hash::StoredHash;
use crate::memory::Memory;

/// 2^15 rounds take about two seconds.
const MAX_COST: &str = "15";
/// The number of octets that bcrypt looks at.
const MAX_PASSWORD: usize = 72;
/// The characters of a salt in bcrypt's base64.
const SALT: usize = 22;

/// What of a password is given to bcrypt: a text, made with the salt or without it.
type Digest = fn(&[u8], &str) -> String;

const DIGESTS: [(&str, Digest); 4] = [
    ("bcrypt-of-sha256-hex", |password, _| Sha256::digest(password).iter().map(|b| format!("{b:02x}")).collect()),
    ("bcrypt-of-sha256", |password, _| STANDARD.encode(Sha256::digest(password))),
    ("bcrypt-of-hmac-sha256", |password, salt| {
        let mac = Hmac::<Sha256>::new_from_slice(salt.as_bytes());
        mac.map(|mac| STANDARD.encode(mac.chain_update(password).finalize().into_bytes())).unwrap_or_default()
    }),
    ("bcrypt-of-wordpress", |password, _| {
        let mac = Hmac::<Sha384>::new_from_slice(b"wp-sha384");
        mac.map(|mac| STANDARD.encode(mac.chain_update(password).finalize().into_bytes())).unwrap_or_default()
    }),
];

struct BcryptHash(String);

struct BcryptOfDigest {
    digest: Digest,
    salt: String,
    /// In bcrypt's own format.
    hash: String,
}

pub(super) fn read(text: &str) -> Option<Box<dyn StoredHash>> {
    let rest = ["$2a$", "$2b$", "$2y$"].iter().find_map(|prefix| text.strip_prefix(prefix))?;
    let (cost, _) = rest.split_once('$')?;
    let affordable = cost.len() == 2 && cost.bytes().all(|b| b.is_ascii_digit()) && ("04"..=MAX_COST).contains(&cost);
    let readable = affordable && text.parse::<bcrypt::HashParts>().is_ok();
    readable.then(|| Box::new(BcryptHash(text.to_owned())) as _)
}

pub(super) fn read_of_digest(text: &str) -> Option<Box<dyn StoredHash>> {
    let fields = Fields::read(text)?;
    let (_, digest) = DIGESTS.into_iter().find(|(name, _)| *name == fields.name)?;
    let cost = fields.optional("r").filter(|_| fields.has_only(&["r"]) && fields.salt.len() == SALT)?;
    let hash = format!("$2b${cost:02}${}{}", fields.salt, fields.output);
    read(&hash).map(|_| Box::new(BcryptOfDigest { digest, salt: fields.salt.to_owned(), hash }) as _)
}

impl StoredHash for BcryptHash {
    /// A password that is longer than what bcrypt looks at never matches. Otherwise all passwords with the same
    /// beginning would match, and the wrong one could become the password when the hash is renewed.
    fn matches(&self, password: &[u8], _: &mut Memory) -> bool {
        bcrypt::verify(password, &self.0).unwrap_or(false) && password.len() <= MAX_PASSWORD
    }
}

impl StoredHash for BcryptOfDigest {
    fn matches(&self, password: &[u8], _: &mut Memory) -> bool {
        bcrypt::verify((self.digest)(password, &self.salt), &self.hash).unwrap_or(false)
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
