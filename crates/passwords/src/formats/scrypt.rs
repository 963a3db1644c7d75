//! scrypt (RFC 7914) in PHC string format: `$scrypt$ln=17,r=8,p=1$salt$output`; and Firebase's variant of it,
//! `$firebase-scrypt$ln=14,r=8,p=1$salt$keystream`, which takes scrypt's output for a key of AES-256 in counter mode.
//!
//! Firebase encrypts with that key the one that signs for the project. What the two differ by is the keystream, so that
//! is what is stored, and the project's key is not.

use aws_lc_rs::cipher::{AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use scrypt::Params;

use super::fields::Fields;
use super::stored_hash::{Salted, StoredHash};
use crate::memory::Memory;

/// The binary logarithm of N. With r = 8 this is 128 MiB per permit.
const MAX_LOG_N: u32 = 17;
const MAX_R: u32 = 8;
/// What some programs in JavaScript take, with half as large an N at most.
const DOUBLE_R: u32 = 16;
/// What Django takes by default.
const MAX_P: u32 = 5;

type Derive = fn(&[u8], &[u8], &Params, &mut [u8]) -> bool;

const VARIANTS: [(&str, Derive); 2] = [("scrypt", output), ("firebase-scrypt", keystream)];

struct ScryptHash {
    derive: Derive,
    params: Params,
    salted: Salted,
}

pub(super) fn read(text: &str) -> Option<Box<dyn StoredHash>> {
    let hash = Fields::read(text)?;
    let (_, derive) = VARIANTS.into_iter().find(|(name, _)| *name == hash.name)?;
    let (r, max_log_n) = match hash.optional("r")? {
        DOUBLE_R => (DOUBLE_R, MAX_LOG_N - 1),
        r => (Some(r).filter(|r| (1..=MAX_R).contains(r))?, MAX_LOG_N),
    };
    let (log_n, p) = (hash.param("ln", 1..=max_log_n)?, hash.param("p", 1..=MAX_P)?);
    let params = Params::new(u8::try_from(log_n).ok()?, r, p).ok()?;
    let salted = Salted::of(&hash)?;
    hash.has_only(&["ln", "r", "p"]).then(|| Box::new(ScryptHash { derive, params, salted }) as _)
}

impl StoredHash for ScryptHash {
    fn matches(&self, password: &[u8], _: &mut Memory) -> bool {
        self.salted.equals(|salt, out| (self.derive)(password, salt, &self.params, out))
    }
}

fn output(password: &[u8], salt: &[u8], params: &Params, out: &mut [u8]) -> bool {
    scrypt::scrypt(password, salt, params, out).is_ok()
}

/// AES in counter mode from zero on.
fn keystream(password: &[u8], salt: &[u8], params: &Params, out: &mut [u8]) -> bool {
    let mut key = [0; 32];
    let from_zero = EncryptionContext::Iv128(FixedLength::from([0; 16]));
    output(password, salt, params, &mut key)
        && UnboundCipherKey::new(&AES_256, &key)
            .and_then(EncryptingKey::ctr)
            .and_then(|key| key.less_safe_encrypt(out, from_zero))
            .is_ok()
}
