//! Publishable keys, by which applications name themselves.

use std::fmt;

use crate::Timestamp;
use crate::clients::ClientId;

/// A publishable key: `pk_` and 32 hexadecimal digits in lower case. It names its client and proves nothing, so it is no
/// secret: it may stand in a page or in an app, may be shown, and is stored as it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublishableKey(String);

impl PublishableKey {
    /// What each key begins with, and no token does.
    pub const PREFIX: &'static str = "pk_";

    /// Makes a key from 16 random bytes.
    #[must_use]
    pub fn new(random: [u8; 16]) -> Self {
        Self(format!("{}{:032x}", Self::PREFIX, u128::from_be_bytes(random)))
    }

    /// Reads a key. `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(Self::PREFIX)?;
        let is_key = digits.len() == 32 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_key.then(|| Self(text.to_owned()))
    }

    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PublishableKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A publishable key as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientKey {
    /// The key.
    pub key: PublishableKey,
    /// The client that it names.
    pub client: ClientId,
    /// When the key was created.
    pub created_at: Timestamp,
    /// When the key was revoked, if it was: from then on it names nobody.
    pub revoked_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_has_one_spelling() {
        let key = "pk_000102030405060708090a0b0c0d0eff";
        assert_eq!(PublishableKey::parse(key).map(|key| key.to_string()).as_deref(), Some(key));
        for other in [
            "",
            "pk_",
            "000102030405060708090a0b0c0d0eff",
            "pk_000102030405060708090a0b0c0d0ef",
            "pk_000102030405060708090a0b0c0d0efff",
            "pk_000102030405060708090A0B0C0D0EFF",
            "PK_000102030405060708090a0b0c0d0eff",
            " pk_000102030405060708090a0b0c0d0eff",
            "pk_000102030405060708090a0b0c0d0efé",
            "ak_000102030405060708090a0b0c0d0eff",
        ] {
            assert_eq!(PublishableKey::parse(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn what_is_made_is_read(random: [u8; 16]) {
            let key = PublishableKey::new(random);
            prop_assert_eq!(PublishableKey::parse(key.as_str()), Some(key));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "(?s).{0,50}|pk_(?s).{0,40}") {
            let _ = PublishableKey::parse(&text);
        }
    }
}
