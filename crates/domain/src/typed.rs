//! What people type, as keyboards and phones write it: digits of any script and width, separators, invisible marks.

use icu_properties::props::GeneralCategory;
use unicode_normalization::UnicodeNormalization as _;

use crate::unicode::{category, is_invisible};

/// One character of a number or a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Typed {
    /// A decimal digit.
    Digit(char),
    /// A plus sign.
    Plus,
    /// A space or a dash.
    Separator,
    /// A character that is not seen. Phones write some around numbers that are copied.
    Mark,
    /// Anything else.
    Other(char),
}

/// Reads a character, whatever its width.
pub(crate) fn typed(c: char) -> Typed {
    match c {
        '0'..='9' => Typed::Digit(c),
        '+' | '＋' | '﹢' => Typed::Plus,
        // The sign for minus, and the one that Japanese keyboards write for a dash.
        '−' | 'ー' | 'ｰ' => Typed::Separator,
        // Control characters, and what begins a new line.
        _ if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => Typed::Other(c),
        _ if is_invisible(c) => Typed::Mark,
        _ => match category(c) {
            GeneralCategory::SpaceSeparator | GeneralCategory::DashPunctuation => Typed::Separator,
            GeneralCategory::DecimalNumber => digit(c).map_or(Typed::Other(c), Typed::Digit),
            _ => Typed::Other(narrow(c)),
        },
    }
}

/// The ASCII digit of a decimal digit of any script. Each script has its ten in a row, from nought
/// (Unicode Character Encoding Stability Policies, Numeric Type).
fn digit(c: char) -> Option<char> {
    let row = (1..=60).take_while(|back| {
        let before = u32::from(c).checked_sub(*back).and_then(char::from_u32);
        before.is_some_and(|before| category(before) == GeneralCategory::DecimalNumber)
    });
    char::from_digit(u32::try_from(row.count()).ok()? % 10, 10)
}

/// A character of half the width for one of full width (U+FF01 to U+FF5E).
fn narrow(c: char) -> char {
    let narrow = matches!(c, '！'..='～').then(|| u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32)).flatten();
    narrow.unwrap_or(c)
}

/// A name or an address as it was pasted: in characters of ordinary width (NFKC), without the spaces and invisible marks
/// that pages and programs put around what people copy.
pub(crate) fn pasted(raw: &str) -> String {
    raw.trim_matches(is_unseen).nfkc().collect()
}

/// Whether this is a space or an invisible mark.
fn is_unseen(c: char) -> bool {
    c.is_whitespace() || typed(c) == Typed::Mark
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn digits_of_every_script_and_width() {
        for (written, digits) in [
            ("0123456789", "0123456789"),
            ("０１２３４５６７８９", "0123456789"),
            ("٠١٢٣٤٥٦٧٨٩", "0123456789"),
            ("۰۱۲۳۴۵۶۷۸۹", "0123456789"),
            ("०१२३४५६७८९", "0123456789"),
            ("𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗𝟘𝟙𝟚", "0123456789012"),
            ("𝟬𝟭𝟮𝟶𝟷𝟸", "012012"),
        ] {
            let read: Vec<Typed> = written.chars().map(typed).collect();
            let expected: Vec<Typed> = digits.chars().map(Typed::Digit).collect();
            assert_eq!(read, expected, "{written}");
        }
    }

    #[test]
    fn what_is_no_digit() {
        for (c, expected) in [
            ('＋', Typed::Plus),
            ('-', Typed::Separator),
            ('\u{2011}', Typed::Separator),
            ('−', Typed::Separator),
            ('\u{3000}', Typed::Separator),
            ('\u{A0}', Typed::Separator),
            ('\u{202C}', Typed::Mark),
            ('\u{AD}', Typed::Mark),
            ('\u{3164}', Typed::Mark),
            ('（', Typed::Other('(')),
            ('\0', Typed::Other('\0')),
            ('\t', Typed::Other('\t')),
            ('\u{2028}', Typed::Other('\u{2028}')),
            ('x', Typed::Other('x')),
            ('②', Typed::Other('②')),
            ('六', Typed::Other('六')),
        ] {
            assert_eq!(typed(c), expected, "{c:?}");
        }
    }

    #[test]
    fn names_as_people_paste_them() {
        for (raw, read) in [
            ("ann", "ann"),
            (" ann\n", "ann"),
            ("ａｎｎ．ｌｅｅ７", "ann.lee7"),
            ("\u{202A}ann\u{202C}", "ann"),
            ("\u{200E}\u{2060}\u{FEFF}ann\u{A0}\u{3000}", "ann"),
            ("Ann", "Ann"),
            ("an\u{200B}n", "an\u{200B}n"),
            ("\u{FEFF}", ""),
        ] {
            assert_eq!(pasted(raw), read, "{raw:?}");
        }
    }

    proptest! {
        #[test]
        fn only_decimal_digits_are_digits(c: char) {
            let is_digit = matches!(typed(c), Typed::Digit(_));
            prop_assert_eq!(is_digit, category(c) == GeneralCategory::DecimalNumber);
        }
    }
}
