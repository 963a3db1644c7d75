//! scrypt (RFC 7914) in PHC string format: `$scrypt$ln=17,r=8,p=1$salt$output`.

use argon2::password_hash::phc::PasswordHash;
use scrypt::Params;

use super::stored_hash::{Salted, StoredHash};
use crate::memory::Memory;

/// The binary logarithm of N. With r = 8 this is 128 MiB per permit.
const MAX_LOG_N: u32 = 17;
const MAX_R: u32 = 8;
const MAX_P: u32 = 4;

struct ScryptHash {
    params: Params,
    salted: Salted,
}

pub(super) fn read(text: &str) -> Option<Box<dyn StoredHash>> {
    let hash = PasswordHash::new(text).ok()?;
    let param = |name: &str, max| hash.params.get_decimal(name).filter(|value| (1..=max).contains(value));
    let (log_n, r, p) = (param("ln", MAX_LOG_N)?, param("r", MAX_R)?, param("p", MAX_P)?);
    let known = hash.algorithm.as_str() == "scrypt" && hash.version.is_none() && hash.params.iter().count() == 3;
    let params = Params::new(u8::try_from(log_n).ok()?, r, p).ok()?;
    let salted = Salted::of(&hash)?;
    known.then(|| Box::new(ScryptHash { params, salted }) as _)
}

impl StoredHash for ScryptHash {
    fn matches(&self, password: &[u8], _: &mut Memory) -> bool {
        self.salted.equals(|salt, out| scrypt::scrypt(password, salt, &self.params, out).is_ok())
    }
}
