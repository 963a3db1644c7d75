//! Jira, Confluence, Bamboo and Crowd: `{PKCS5S2}`, the base64 of a salt and the output.

use crate::formats::{octets, stored};

/// Ten thousand rounds of HMAC-SHA-1, a salt of 16 octets and an output of 32. None of it is written in the hash.
pub(super) fn translate(exported: &str) -> Option<String> {
    let hash = octets(exported.strip_prefix("{PKCS5S2}")?)?;
    let (salt, output) = hash.split_at_checked(16).filter(|(_, output)| output.len() == 32)?;
    Some(stored("pbkdf2-sha1$i=10000,l=32", salt, output))
}
