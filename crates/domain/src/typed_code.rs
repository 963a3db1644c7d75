//! Codes as people type them.

use secrecy::{ExposeSecret as _, SecretString};

use crate::typed::{Typed, typed};

/// The digits of a code.
const CODE_DIGITS: usize = 6;
/// More than anybody puts between six digits; bounds the work on hostile input.
const MAX_RAW_CODE_OCTETS: usize = 256;

/// A code as somebody typed it: six digits of any script and width. Spaces, dashes and invisible marks, which keyboards
/// and messages add, do not count.
#[derive(Debug, Clone)]
pub struct TypedCode(SecretString);

impl TypedCode {
    /// Reads what somebody typed. `None`: it cannot be a code, so nothing needs to be compared.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        if raw.len() > MAX_RAW_CODE_OCTETS {
            return None;
        }
        let mut digits = String::with_capacity(CODE_DIGITS);
        for c in raw.trim().chars() {
            match typed(c) {
                Typed::Digit(digit) if digits.len() < CODE_DIGITS => digits.push(digit),
                Typed::Separator | Typed::Mark => (),
                Typed::Digit(_) | Typed::Plus | Typed::Other(_) => return None,
            }
        }
        (digits.len() == CODE_DIGITS).then(|| Self(digits.into()))
    }

    /// The six digits.
    pub(crate) fn digits(&self) -> &str {
        self.0.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_as_people_type_them() {
        for (raw, digits) in [
            ("123456", Some("123456")),
            (" 123456\n", Some("123456")),
            ("１２３４５６", Some("123456")),
            ("123 456", Some("123456")),
            ("123-456", Some("123456")),
            ("1 2 3 4 5 6", Some("123456")),
            ("１２３\u{3000}４５６", Some("123456")),
            ("\u{202A}123456\u{202C}", Some("123456")),
            ("\u{200B}123\u{A0}456\u{FEFF}", Some("123456")),
            ("١٢٣٤٥٦", Some("123456")),
            ("012345", Some("012345")),
            ("12345", None),
            ("1234567", None),
            ("12345a", None),
            ("12345６７", None),
            ("+123456", None),
            ("123.456", None),
            ("一二三四五六", None),
            ("", None),
            ("\0", None),
        ] {
            let typed = TypedCode::parse(raw).map(|code| code.digits().to_owned());
            assert_eq!(typed.as_deref(), digits, "{raw:?}");
        }
    }
}
