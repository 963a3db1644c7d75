//! The digits of a number as it was written.

use crate::typed::{Typed, typed};

/// The most digits of a number: E.164, 6.1.
pub(super) const MAX_DIGITS: usize = 15;
/// The most digits that are read: a number, its trunk zero, and what is dialled before foreign ones.
const MAX_WRITTEN: usize = MAX_DIGITS + 6;
/// More than any number needs, with marks around each digit; bounds the work on hostile input.
const MAX_RAW_OCTETS: usize = 256;

/// Why a number could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// There is something else than digits and separators.
    Characters,
    /// There is a plus sign in another place than before the first digit.
    Plus,
    /// There are more digits than any number has.
    TooManyDigits,
    /// There is nothing that tells the country.
    NoCountry,
    /// No country has this calling code.
    UnknownCountry,
    /// The country has no numbers of this length.
    Length,
    /// The country has no such numbers.
    Unused,
    /// Without a country code it may be one of several numbers.
    Ambiguous,
}

impl Fault {
    /// What the number must be, as the end of a sentence that starts with the field's name.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Characters => {
                "may have digits, a + before them, and spaces, dashes, dots, slashes or brackets, such as +86 13000000000; \
                 no letters and no extensions"
            }
            Self::Plus => "may have one +, before the first digit, such as +86 13000000000",
            Self::TooManyDigits => "has more digits than any number: at most 15 with its country code",
            Self::NoCountry => "must begin with + and its country code, such as +86 13000000000",
            Self::UnknownCountry => "begins with a country code that does not exist",
            Self::Length => "has too few or too many digits for its country",
            Self::Unused => "is no number of its country; with its country code it looks like +86 13000000000",
            Self::Ambiguous => "could be several numbers: write it with + and its country code",
        }
    }
}

/// The digits, and whether a plus sign stands before them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) plus: bool,
    pub(super) digits: String,
}

impl Written {
    /// Reads digits of any script and width between separators, brackets and invisible marks.
    pub(super) fn read(raw: &str) -> Result<Self, Fault> {
        if raw.len() > MAX_RAW_OCTETS {
            return Err(Fault::TooManyDigits);
        }
        let mut written = Self { plus: false, digits: String::new() };
        for c in raw.trim().chars() {
            match typed(c) {
                Typed::Digit(digit) => written.digits.push(digit),
                Typed::Plus if written.plus || !written.digits.is_empty() => return Err(Fault::Plus),
                Typed::Plus => written.plus = true,
                Typed::Separator | Typed::Mark | Typed::Other('(' | ')' | '[' | ']' | '.' | '/' | '~') => (),
                Typed::Other(_) => return Err(Fault::Characters),
            }
        }
        match written.digits.len() {
            0 => Err(Fault::Characters),
            1..=MAX_WRITTEN => Ok(written),
            _ => Err(Fault::TooManyDigits),
        }
    }
}
