//! Opaque secrets of fixed length and their hashes. They are different types, so that neither is
//! stored or printed in place of the other.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

/// 256 random bits that only their owner may know.
#[derive(Clone)]
pub struct SecretBytes([u8; 32]);

impl SecretBytes {
    /// Makes a secret from 32 bytes of a cryptographic random source.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads the form that [`SecretBytes::expose`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// 43 characters of base64url, for the one response that hands the secret to its owner.
    #[must_use]
    pub fn expose(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What a store may keep. 256 bits need no salt and no stretching (ASVS 5.0, 6.5.2).
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        SecretHash(Sha256::digest(self.0).into())
    }

    /// The bytes, for deriving other secrets.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Drop for SecretBytes {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretBytes(…)")
    }
}

/// SHA-256 of a secret. Comparing two need not take constant time: to choose the hash, one would
/// have to know the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// Restores a hash from its stored form.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash of any bytes, such as a code or an ID token that another party made.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The form that a store keeps.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_exposed_secret_parses_to_the_same_value(bytes: [u8; 32]) {
            let text = SecretBytes::new(bytes).expose();
            prop_assert_eq!(text.len(), 43);
            prop_assert_eq!(SecretBytes::parse(&text).map(|secret| *secret.bytes()), Some(bytes));
        }

        #[test]
        fn accepted_text_is_canonical(
            text in prop_oneof![
                "(?s).{0,50}",
                "[A-Za-z0-9_-]{43}",
                "[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]={0,2}",
                "[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]",
            ],
        ) {
            if let Some(secret) = SecretBytes::parse(&text) {
                prop_assert_eq!(secret.expose(), text);
            }
        }
    }
}
