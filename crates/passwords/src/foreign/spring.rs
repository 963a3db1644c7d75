//! Spring Security: `{pbkdf2}` and `{scrypt}` as its encoders write them by default. Others have scrypt's spelling too.

use super::hexadecimal::hexadecimal;
use crate::formats::{octets, stored};

/// The ids, how they are stored, and the octets of the salt, which the output follows.
const PBKDF2: [(&str, &str, usize); 2] =
    [("{pbkdf2}", "pbkdf2-sha1$i=185000,l=32", 8), ("{pbkdf2@SpringSecurity_v5_8}", "pbkdf2-sha256$i=310000,l=32", 16)];

pub(super) fn translate(exported: &str) -> Option<String> {
    pbkdf2(exported).or_else(|| scrypt(exported))
}

fn pbkdf2(exported: &str) -> Option<String> {
    let (rest, name, salt) =
        PBKDF2.into_iter().find_map(|(id, name, salt)| Some((exported.strip_prefix(id)?, name, salt)))?;
    let hash = hexadecimal(rest)?;
    let (salt, output) = hash.split_at_checked(salt)?;
    Some(stored(name, salt, output))
}

/// `$e0801$salt$output` or `$s0$e0801$salt$output`: the logarithm of N, and two octets each for r and p.
fn scrypt(exported: &str) -> Option<String> {
    let bare = exported.strip_prefix("$s0$").or_else(|| exported.strip_prefix('$'))?;
    let parts: Vec<_> = bare.split('$').collect();
    let [params, salt, output] = *parts else { return None };
    let params = u32::from_str_radix(params, 16).ok().filter(|_| (5..=6).contains(&params.len()))?;
    let (log_n, r, p) = (params >> 16, params >> 8 & 0xFF, params & 0xFF);
    Some(stored(&format!("scrypt$ln={log_n},r={r},p={p}"), &octets(salt)?, &octets(output)?))
}
