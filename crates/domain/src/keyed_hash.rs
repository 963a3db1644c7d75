//! Hashes that are keyed with the server's own key, which makes codes, refresh tokens and fingerprints
//! useless to anyone who reads the database.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::secret_bytes::SecretBytes;

/// The server's key. All instances of one deployment share it; it never enters the database.
#[derive(Debug, Clone)]
pub struct ServerKey(SecretBytes);

/// What a keyed hash is for. Hashes of different uses never coincide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUse {
    /// Verification codes.
    VerificationCode,
    /// Refresh tokens.
    RefreshToken,
    /// Fingerprints of requests that spent a proof.
    RequestFingerprint,
    /// What the flow of a device at a third party is found by.
    ProviderFlow,
    /// The code verifier of a third party's authorization-code flow (RFC 7636).
    PkceVerifier,
    /// The nonce of a third party's ID token (OpenID Connect Core, 3.1.2.1).
    ProviderNonce,
    /// References to people who are gone or who should not be named.
    Pseudonym,
    /// Names of devices in lists that users see of their own sessions, since a device's id is a secret.
    DeviceName,
    /// Devices that accounts have signed in with.
    KnownDevice,
    /// What limits count, and for whom.
    Limit,
    /// Passes of the bot gate.
    CaptchaPass,
    /// Puzzles of the bot gate, as clients keep them.
    CaptchaPuzzle,
    /// The solutions of those puzzles.
    CaptchaSolution,
    /// The key that signs proofs of work.
    CaptchaWork,
    /// Networks that ask for codes.
    Sender,
}

impl KeyUse {
    fn label(self) -> &'static [u8] {
        match self {
            Self::VerificationCode => b"verification-code",
            Self::RefreshToken => b"refresh-token",
            Self::RequestFingerprint => b"request-fingerprint",
            Self::ProviderFlow => b"provider-flow",
            Self::PkceVerifier => b"pkce-verifier",
            Self::ProviderNonce => b"provider-nonce",
            Self::Pseudonym => b"pseudonym",
            Self::DeviceName => b"device-name",
            Self::KnownDevice => b"known-device",
            Self::Limit => b"limit",
            Self::CaptchaPass => b"captcha-pass",
            Self::CaptchaPuzzle => b"captcha-puzzle",
            Self::CaptchaSolution => b"captcha-solution",
            Self::CaptchaWork => b"captcha-work",
            Self::Sender => b"sender",
        }
    }
}

impl ServerKey {
    /// Makes a key from 32 bytes of a cryptographic random source.
    #[must_use]
    pub fn new(key: SecretBytes) -> Self {
        Self(key)
    }

    /// HMAC-SHA256 over the use and the parts. Each part is preceded by its length, so that no two
    /// lists of parts have the same encoding.
    #[must_use]
    pub fn hash(&self, key_use: KeyUse, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.bytes()).expect("HMAC takes keys of any length");
        for part in std::iter::once(key_use.label()).chain(parts.iter().copied()) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_and_parts_are_kept_apart() {
        let key = ServerKey::new(SecretBytes::new([7; 32]));
        let reference = key.hash(KeyUse::RefreshToken, &[b"ab", b"c"]);
        assert_ne!(reference, key.hash(KeyUse::RefreshToken, &[b"a", b"bc"]));
        assert_ne!(reference, key.hash(KeyUse::Pseudonym, &[b"ab", b"c"]));
        assert_ne!(reference, ServerKey::new(SecretBytes::new([8; 32])).hash(KeyUse::RefreshToken, &[b"ab", b"c"]));
        assert_eq!(reference, key.hash(KeyUse::RefreshToken, &[b"ab", b"c"]));
    }
}
