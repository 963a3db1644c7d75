//! The form in which hashes are stored, but for those of crypt(3): `$name$key=value,…$salt$output`, which is the PHC
//! string format with fewer bounds.

use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// The most octets of a salt or an output. Nobody makes longer ones.
const MAX_OCTETS: usize = 128;

/// Without padding and with any last bits, as programs differ in both.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The parts of a hash.
pub(super) struct Fields<'a> {
    pub(super) name: &'a str,
    params: Vec<(&'a str, u32)>,
    pub(super) salt: &'a str,
    pub(super) output: &'a str,
}

impl<'a> Fields<'a> {
    /// `None`: the text has other parts, or a parameter that is no number or given twice.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let mut parts = text.strip_prefix('$')?.split('$');
        let (name, written) = (parts.next()?, parts.next()?);
        let (salt, output) = (parts.next()?, parts.next()?);
        let mut params = Vec::new();
        for param in written.split(',') {
            let (key, value) = param.split_once('=')?;
            let value = decimal(value).filter(|_| params.iter().all(|(other, _)| *other != key))?;
            params.push((key, value));
        }
        parts.next().is_none().then_some(Self { name, params, salt, output })
    }

    /// The value of a parameter that has to be there, if it is within these bounds.
    pub(super) fn param(&self, key: &str, bounds: RangeInclusive<u32>) -> Option<u32> {
        self.optional(key).filter(|value| bounds.contains(value))
    }

    /// The value of a parameter.
    pub(super) fn optional(&self, key: &str) -> Option<u32> {
        self.params.iter().find(|(other, _)| *other == key).map(|(_, value)| *value)
    }

    /// Whether there are no other parameters than these.
    pub(super) fn has_only(&self, keys: &[&str]) -> bool {
        self.params.iter().all(|(key, _)| keys.contains(key))
    }
}

/// Reads a number that is written in the one way.
pub(crate) fn decimal(text: &str) -> Option<u32> {
    let is_canonical = text == "0" || !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| is_canonical)
}

/// Reads base64 in any of the alphabets that programs write (RFC 4648, 4 and 5; passlib's, with a dot for the plus), at
/// most [`MAX_OCTETS`].
pub(crate) fn octets(text: &str) -> Option<Vec<u8>> {
    let standard: String = text.chars().map(|c| if matches!(c, '.' | '-') { '+' } else { c }).collect();
    BASE64.decode(standard.replace('_', "/")).ok().filter(|octets| octets.len() <= MAX_OCTETS)
}

/// Writes a hash in the form in which it is stored.
pub(crate) fn stored(name_and_params: &str, salt: &[u8], output: &[u8]) -> String {
    format!("${name_and_params}${}${}", BASE64.encode(salt), BASE64.encode(output))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_in_every_spelling() {
        let expected = Some(vec![0xFB, 0xEF, 0xFF, 0xFE]);
        for text in ["++///g==", "++///g", "..///g", "--___g", "++///h"] {
            assert_eq!(octets(text), expected, "{text}");
        }
        for text in ["+", "a b", "é", &"A".repeat(200)] {
            assert_eq!(octets(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_have_one_spelling() {
        assert_eq!(["0", "7", "4294967295"].map(decimal), [Some(0), Some(7), Some(u32::MAX)]);
        for text in ["", "+7", "07", "00", "-1", "7 ", "4294967296", "٧"] {
            assert_eq!(decimal(text), None, "{text}");
        }
    }
}
