//! Symmetric signatures of Standard Webhooks, version 1 (the specification of standardwebhooks.com).

use base64::Engine as _;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use sha2::Sha256;
use thiserror::Error;

/// The secret that examples show, ours and those of the specification.
const SAMPLE: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const PREFIX: &str = "whsec_";
/// The key length that the specification requires: 192 to 512 bits.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// Room for the new secret, the old one and some more. Each one makes the header longer.
const MAX_SECRETS: usize = 8;
/// People copy secrets with and without their padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why secrets were refused. Positions count from 1; the secrets themselves are not repeated.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum SecretError {
    /// There are none or too many.
    #[error("there must be 1 to {MAX_SECRETS} secrets, separated by spaces or commas")]
    Count,
    /// The secret at this position does not have the required prefix.
    #[error("secret {0} must start with {PREFIX}")]
    Prefix(usize),
    /// The secret at this position cannot be decoded.
    #[error("secret {0} must be base64 after {PREFIX}")]
    Base64(usize),
    /// The secret at this position has this length in bytes, which is not allowed.
    #[error("secret {0} must have 24 to 64 bytes, not {1}")]
    Length(usize, usize),
}

/// The secrets with which every request is signed. There are several while receivers move from one to the next.
pub struct SigningSecrets(Vec<SecretSlice<u8>>);

/// Prints how many there are, and nothing else.
impl std::fmt::Debug for SigningSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningSecrets({})", self.0.len())
    }
}

impl SigningSecrets {
    /// Reads `whsec_` and the base64 of 24 to 64 random bytes, or several of them, separated by spaces or commas.
    ///
    /// # Errors
    /// Returns [`SecretError`], which repeats none of them.
    pub fn parse(raw: &SecretString) -> Result<Self, SecretError> {
        let is_between = |c: char| c.is_whitespace() || c == ',';
        let words: Vec<&str> = raw.expose_secret().split(is_between).filter(|word| !word.is_empty()).collect();
        if words.is_empty() || words.len() > MAX_SECRETS {
            return Err(SecretError::Count);
        }
        words.iter().enumerate().map(|(index, word)| parse_one(index + 1, word)).collect::<Result<_, _>>().map(Self)
    }

    /// Whether the secret that everybody knows from examples is among them.
    #[must_use]
    pub fn contain_sample(raw: &SecretString) -> bool {
        raw.expose_secret().contains(SAMPLE)
    }

    /// Returns the header `webhook-signature`: one `v1,<base64>` per secret, separated by spaces. The time is in
    /// seconds since 1970.
    ///
    /// # Panics
    /// Never, because HMAC takes keys of any length.
    #[must_use]
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let sign = |key: &SecretSlice<u8>| {
            let mut mac = Hmac::<Sha256>::new_from_slice(key.expose_secret()).expect("HMAC takes keys of any length");
            mac.update(format!("{id}.{timestamp}.").as_bytes());
            mac.update(body);
            format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
        };
        self.0.iter().map(sign).collect::<Vec<_>>().join(" ")
    }
}

fn parse_one(position: usize, word: &str) -> Result<SecretSlice<u8>, SecretError> {
    let encoded = word.strip_prefix(PREFIX).ok_or(SecretError::Prefix(position))?;
    let key: SecretSlice<u8> = LENIENT.decode(encoded).map_err(|_| SecretError::Base64(position))?.into();
    match key.expose_secret().len() {
        length if KEY_BYTES.contains(&length) => Ok(key),
        length => Err(SecretError::Length(position, length)),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// The example with which the specification's reference libraries test themselves.
    #[test]
    fn signs_the_published_example() {
        let secrets = SigningSecrets::parse(&"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into()).expect("valid");
        let signature = secrets.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn padding_does_not_matter() {
        let key = STANDARD.encode([1; 25]);
        assert!(key.ends_with('='));
        for key in [key.as_str(), key.trim_end_matches('=')] {
            assert!(SigningSecrets::parse(&format!("whsec_{key}").into()).is_ok(), "{key}");
        }
    }

    #[test]
    fn several_are_separated_by_spaces_or_commas_and_each_signs() {
        let one = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let signed = |raw: &str| SigningSecrets::parse(&raw.into()).map(|secrets| secrets.sign("id", 1, b"body"));
        let signature = signed(one).expect("valid");
        for (raw, times) in [(format!("{one},{one}"), 2), (format!(" {one} , {one} {one}"), 3)] {
            assert_eq!(signed(&raw), Ok([signature.as_str()].repeat(times).join(" ")), "{times}");
        }
    }

    #[rstest]
    #[case("", SecretError::Count)]
    #[case(" , ", SecretError::Count)]
    #[case("  ", SecretError::Count)]
    #[case("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SecretError::Prefix(1))]
    #[case("whsec_", SecretError::Length(1, 0))]
    #[case("whsec_MfKQ9r8GKYqr", SecretError::Length(1, 9))]
    #[case("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw whsec_!", SecretError::Base64(2))]
    fn refuses(#[case] raw: &str, #[case] error: SecretError) {
        assert_eq!(SigningSecrets::parse(&raw.into()).err(), Some(error));
    }

    #[rstest]
    #[case(23, false)]
    #[case(24, true)]
    #[case(64, true)]
    #[case(65, false)]
    fn keys_have_192_to_512_bits(#[case] bytes: usize, #[case] accepted: bool) {
        let secret = format!("whsec_{}", STANDARD.encode(vec![9; bytes]));
        assert_eq!(SigningSecrets::parse(&secret.into()).is_ok(), accepted);
    }
}
