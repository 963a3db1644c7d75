//! Identities at third parties. The pair (provider, subject) decides whose they are, and nothing
//! else that a third party says does.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use thiserror::Error;

use crate::Timestamp;
use crate::profile::{Profile, RawProfile};
use crate::secret_bytes::SecretHash;
use crate::text::hexadecimal;

/// The longest subject; OpenID Connect Core, section 2, allows 255 ASCII characters.
pub const MAX_SUBJECT_CHARS: usize = 255;

/// The operator's name for a third party: `provider_id` on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProviderId(String);

/// The text is not the name of a provider.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("provider_id must have 1 to 32 lower-case letters, digits, '_' or '-'")]
pub struct ProviderIdError;

impl ProviderId {
    /// Reads a name from settings or from a request.
    ///
    /// # Errors
    /// [`ProviderIdError`] for anything but 1–32 lower-case letters, digits, `_`, `-`.
    pub fn parse(raw: &str) -> Result<Self, ProviderIdError> {
        let fits = (1..=32).contains(&raw.len());
        let spelled = raw.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-');
        if fits && spelled { Ok(Self(raw.to_owned())) } else { Err(ProviderIdError) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a third party proved and reported. Only `provider` and `subject` identify; the rest is for
/// display, including the e-mail address (which never links accounts).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalProfile {
    /// The provider where the identity was proven.
    pub provider: ProviderId,
    /// The third party's own, stable id for the person.
    pub subject: String,
    /// The name to display.
    pub name: Option<String>,
    /// The address of a picture.
    pub picture: Option<String>,
    /// The e-mail address as reported.
    pub email: Option<String>,
    /// The phone number as reported.
    pub phone_number: Option<String>,
}

impl ExternalProfile {
    /// The name and the picture. They may not fit our rules: what can be read of them is there.
    #[must_use]
    pub fn readable(&self) -> Profile {
        let (name, picture) = (self.name.as_deref(), self.picture.as_deref());
        Profile::read(&RawProfile { name, picture, ..RawProfile::default() })
    }
}

/// An identity bound to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalIdentity {
    /// What the third party reported when the identity was bound.
    pub profile: ExternalProfile,
    /// When the identity was bound.
    pub bound_at: Timestamp,
}

/// The nonce with which a client asked a third party for an ID token, shown beside the token: it says that the token was
/// issued for this sign-in of this client. It is a secret until then.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientNonce(String);

impl ClientNonce {
    /// Takes the nonce as the client shows it.
    #[must_use]
    pub fn new(shown: String) -> Self {
        Self(shown)
    }

    /// Whether the `nonce` claim of an ID token is this one, or its SHA-256 in hexadecimal or in base64url. Some parties
    /// are given the hash, so that those who see the request cannot show the nonce.
    #[must_use]
    pub fn is_claimed_by(&self, claim: &str) -> bool {
        let hash = SecretHash::of(self.0.as_bytes());
        let hex = hexadecimal(hash.as_bytes());
        claim == self.0 || claim.eq_ignore_ascii_case(&hex) || claim == URL_SAFE_NO_PAD.encode(hash.as_bytes())
    }
}

impl fmt::Debug for ClientNonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientNonce(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The hash is that of `abc` in FIPS 180-2, appendix B.1.
    #[test]
    fn a_nonce_is_claimed_as_it_is_or_hashed() {
        let nonce = ClientNonce::new("abc".to_owned());
        let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        for claim in ["abc", hex, &hex.to_uppercase(), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"] {
            assert!(nonce.is_claimed_by(claim), "{claim}");
        }
        for claim in ["", "ABC", "abcd", &hex[1..], "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="] {
            assert!(!nonce.is_claimed_by(claim), "{claim}");
        }
        assert!(!ClientNonce::new(hex.to_owned()).is_claimed_by("abc"));
        assert_eq!(format!("{nonce:?}"), "ClientNonce(…)");
    }

    proptest! {
        #[test]
        fn a_name_with_the_documented_spelling_is_accepted_unchanged(raw in "[a-z0-9_-]{1,32}|[a-z0-9_-]{32}") {
            prop_assert_eq!(ProviderId::parse(&raw).map(|id| id.to_string()), Ok(raw));
        }

        #[test]
        fn no_other_text_is_a_name(
            raw in prop_oneof![
                "[a-z0-9]{0,9}[[:ascii:]&&[^a-z0-9_-]][a-z0-9]{0,9}",
                "[a-z0-9]{0,9}[ +/:@é名٣Ａ][a-z0-9]{0,9}",
                "(?s)[^[:ascii:]].{0,9}",
                "[a-z0-9_-]{33,48}|",
            ],
        ) {
            prop_assert_eq!(ProviderId::parse(&raw), Err(ProviderIdError));
        }
    }
}
