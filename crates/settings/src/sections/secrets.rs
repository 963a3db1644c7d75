//! `[secrets]`

use std::collections::BTreeSet;

use auth_domain::secret_bytes::SecretBytes;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use secrecy::SecretString;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::SettingsError;
use crate::values::{Given, Setting, read};

/// The key in the comments of `config/default.toml`, for trying the program out.
const SAMPLE: &[u8; 32] = b"sample-server-key-do-not-use-!!!";
/// 32 random bytes have fewer different values once in 10^15 draws.
const MIN_DIFFERENT_BYTES: usize = 16;

/// Keys that are not for signing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretSettings {
    /// Where codes, refresh tokens and fingerprints are derived from. `None`: made at the first
    /// start and kept with the data, outside production.
    #[serde(default, deserialize_with = "read::optional")]
    pub server_key: Option<SecretBytes>,
    /// Another server key that is accepted and makes nothing new: the one of before, or the next one.
    #[serde(default, deserialize_with = "read::optional")]
    pub server_key_previous: Option<SecretBytes>,
    /// The private RSA key, PKCS#8 in PEM, that clients may encrypt sign-ins to. `None`: made when it is first asked
    /// for and kept with the data; in production there are no encrypted sign-ins then.
    #[serde(default, deserialize_with = "read::optional")]
    pub request_key: Option<SecretString>,
}

impl Setting for SecretBytes {
    const SECRET: bool = true;

    fn from_given(given: &Given) -> Result<Self, String> {
        given.parse_secret("exactly 32 bytes in base64 (auth-server keys server-key FILE makes some)", |text| {
            decode(text.trim())
        })
    }
}

fn decode(text: &str) -> Option<SecretBytes> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let url_safe = text.contains(['-', '_']);
    let alphabet = if url_safe { &alphabet::URL_SAFE } else { &alphabet::STANDARD };
    let bytes = Zeroizing::new(GeneralPurpose::new(alphabet, config).decode(text).ok()?);
    bytes.as_slice().try_into().ok().map(SecretBytes::new)
}

impl SecretSettings {
    pub(crate) fn check_for_production(&self) -> Result<(), SettingsError> {
        const HOW: &str = "(auth-server keys server-key FILE makes one)";
        let sample = |name, key: &Option<SecretBytes>| match key {
            Some(key) if is_sample(key.bytes()) => {
                Err(SettingsError::at(name, format!("must be random in production, not a sample {HOW}")))
            }
            _ => Ok(()),
        };
        if self.server_key.is_none() {
            return Err(SettingsError::at("secrets.server_key", format!("must be set in production {HOW}")));
        }
        sample("secrets.server_key", &self.server_key)?;
        sample("secrets.server_key_previous", &self.server_key_previous)
    }
}

/// The documented sample, one byte again and again, a count, a word typed over and over.
fn is_sample(key: &[u8; 32]) -> bool {
    let counts = key.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) == key[1].wrapping_sub(key[0]));
    let different = key.iter().collect::<BTreeSet<_>>().len();
    key == SAMPLE || counts || different < MIN_DIFFERENT_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_alphabets_with_and_without_padding() {
        let bytes = std::array::from_fn(|n| u8::try_from(n * 37 % 256).expect("a byte") | 0xe8);
        let url = SecretBytes::new(bytes).expose();
        let standard = url.replace('-', "+").replace('_', "/");
        assert_ne!(url, standard, "the bytes need the characters that differ");
        for text in [url.clone(), format!("{url}="), standard.clone(), format!("{standard}=")] {
            assert_eq!(decode(&text).expect(&text).bytes(), &bytes);
        }
        for text in ["", "hunter2", "c2hvcnQ=", &format!("{standard}AAAA")] {
            assert!(decode(text).is_none(), "{text}");
        }
    }

    #[test]
    fn samples_are_recognised() {
        assert!(is_sample(SAMPLE));
        assert!(is_sample(&[0; 32]));
        assert!(is_sample(&std::array::from_fn(|n| u8::try_from(n).expect("a byte"))));
        assert!(is_sample(b"changemechangemechangemechangeme"));
        assert!(!is_sample(b"\x8f\x1d\xa0\x37\x5c\xe2\x99\x04\xbb\x61\xf3\x2a\xd8\x7e\x46\x10\xc5\x93\x0b\xee\x58\x21\xaf\x74\x3c\xd1\x68\x9f\x02\xb7\x4d\xfa"));
    }
}
