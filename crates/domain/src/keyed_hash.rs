//! Hashes that are keyed with the server's own key, which makes codes, refresh tokens and fingerprints
//! useless to anyone who reads the database.

use std::sync::{Arc, PoisonError, RwLock};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::secret_bytes::SecretBytes;

/// The server's key. All instances of one deployment share it; it never enters the database.
///
/// While it is rotated there are two: one that makes what is new, and another that is accepted as well. Whatever was
/// made with either of them is good. Clones share the keys, and change together.
#[derive(Debug, Clone)]
pub struct ServerKey(Arc<RwLock<Keys>>);

#[derive(Debug, Clone)]
struct Keys {
    makes: SecretBytes,
    also: Option<SecretBytes>,
}

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

impl Keys {
    fn new(makes: SecretBytes, also: Option<SecretBytes>) -> Self {
        let also = also.filter(|also| also.bytes() != makes.bytes());
        Self { makes, also }
    }

    fn is(&self, other: &Self) -> bool {
        let also = |keys: &Self| keys.also.as_ref().map(|key| *key.bytes());
        self.makes.bytes() == other.makes.bytes() && also(self) == also(other)
    }
}

impl ServerKey {
    /// Makes a key from 32 bytes of a cryptographic random source.
    #[must_use]
    pub fn new(key: SecretBytes) -> Self {
        Self::rotating(key, None)
    }

    /// A key that makes what is new, and perhaps another one that is accepted as well. If both are the same, there is one.
    #[must_use]
    pub fn rotating(makes: SecretBytes, also: Option<SecretBytes>) -> Self {
        Self(Arc::new(RwLock::new(Keys::new(makes, also))))
    }

    /// Changes the keys of all clones, and returns whether they are others than before.
    pub fn replace(&self, makes: SecretBytes, also: Option<SecretBytes>) -> bool {
        let next = Keys::new(makes, also);
        let mut keys = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let changed = !keys.is(&next);
        *keys = next;
        changed
    }

    /// The key that makes what is new, alone. It stays the same when the keys are changed, so that what belongs together
    /// is made with one key.
    #[must_use]
    pub fn maker(&self) -> Self {
        Self::new(self.keys().makes)
    }

    /// Each key that is accepted, alone: first the one that makes what is new.
    #[must_use]
    pub fn each(&self) -> Vec<Self> {
        let Keys { makes, also } = self.keys();
        std::iter::once(makes).chain(also).map(Self::new).collect()
    }

    /// HMAC-SHA256 over the use and the parts, with the key that makes what is new. Each part is preceded by its length,
    /// so that no two lists of parts have the same encoding.
    #[must_use]
    pub fn hash(&self, key_use: KeyUse, parts: &[&[u8]]) -> [u8; 32] {
        hash(&self.0.read().unwrap_or_else(PoisonError::into_inner).makes, key_use, parts)
    }

    /// The same with both keys: what [`ServerKey::hash`] returns, and that of the other key, if another one is accepted.
    #[must_use]
    pub fn hash_with_both(&self, key_use: KeyUse, parts: &[&[u8]]) -> ([u8; 32], Option<[u8; 32]>) {
        let keys = self.0.read().unwrap_or_else(PoisonError::into_inner);
        (hash(&keys.makes, key_use, parts), keys.also.as_ref().map(|key| hash(key, key_use, parts)))
    }

    /// The same with each key that is accepted, in the order of [`ServerKey::each`].
    pub fn hashes(&self, key_use: KeyUse, parts: &[&[u8]]) -> impl Iterator<Item = [u8; 32]> + use<> {
        let (made, also) = self.hash_with_both(key_use, parts);
        std::iter::once(made).chain(also)
    }

    fn keys(&self) -> Keys {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn hash(key: &SecretBytes, key_use: KeyUse, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.bytes()).expect("HMAC takes keys of any length");
    for part in std::iter::once(key_use.label()).chain(parts.iter().copied()) {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
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

    #[test]
    fn a_rotation_changes_what_makes_and_keeps_what_is_accepted() {
        let bytes = |byte| SecretBytes::new([byte; 32]);
        let of = |byte| ServerKey::new(bytes(byte)).hash(KeyUse::Limit, &[b"it"]);
        let key = ServerKey::new(bytes(1));
        let (clone, frozen) = (key.clone(), key.maker());
        let seen = |key: &ServerKey| (key.hash(KeyUse::Limit, &[b"it"]), key.hashes(KeyUse::Limit, &[b"it"]).collect());
        assert_eq!(seen(&clone), (of(1), vec![of(1)]));
        assert!(key.replace(bytes(2), Some(bytes(1))));
        assert_eq!(seen(&clone), (of(2), vec![of(2), of(1)]));
        assert_eq!(clone.each().iter().map(seen).collect::<Vec<_>>(), [(of(2), vec![of(2)]), (of(1), vec![of(1)])]);
        assert!(!key.replace(bytes(2), Some(bytes(1))), "nothing has changed");
        assert!(key.replace(bytes(2), Some(bytes(2))), "the same key twice is one");
        assert!(!key.replace(bytes(2), None));
        assert_eq!((seen(&clone), seen(&frozen)), ((of(2), vec![of(2)]), (of(1), vec![of(1)])));
    }
}
