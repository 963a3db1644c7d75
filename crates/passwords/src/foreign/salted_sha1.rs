//! PBKDF2 with HMAC-SHA-1 as several programs pack it.

use crate::formats::stored;

/// A salt of 16 octets, and behind it an output of 32.
pub(super) fn salted_sha1(rounds: u32, packed: &[u8]) -> Option<String> {
    let (salt, output) = packed.split_at_checked(16).filter(|(_, output)| output.len() == 32)?;
    Some(stored(&format!("pbkdf2-sha1$i={rounds},l=32"), salt, output))
}
