//! Directories and mail servers (RFC 2307): `{SSHA}`, `{SSHA256}` and `{SSHA512}`, the base64 of an output and its salt.

use crate::formats::{octets, stored};

/// What stands before the hash, how it is stored, and the octets of the output.
const SCHEMES: [(&str, &str, usize); 3] =
    [("{ssha}", "salted-sha1$n=1", 20), ("{ssha256}", "salted-sha256$n=1", 32), ("{ssha512}", "salted-sha512$n=1", 64)];

pub(super) fn translate(exported: &str) -> Option<String> {
    let (scheme, rest) = exported.split_at_checked(exported.find('}')? + 1)?;
    let (_, name, length) = SCHEMES.into_iter().find(|(name, ..)| scheme.eq_ignore_ascii_case(name))?;
    let hash = octets(rest)?;
    let (output, salt) = hash.split_at_checked(length)?;
    Some(stored(name, salt, output))
}
