//! Free text from outside: bounded, trimmed, without control characters.

use thiserror::Error;

/// Why a text was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TextError {
    /// The text is longer than the field allows, in characters.
    #[error("must have at most {0} characters")]
    TooLong(usize),
    /// The text contains a control character, which no store, header or log line should carry.
    #[error("must not contain control characters")]
    ControlCharacter,
}

/// Trims `raw` and checks that it has at most `max` characters and no control character.
///
/// # Errors
/// [`TextError`], which never repeats the text itself.
pub fn bounded(raw: &str, max: usize) -> Result<String, TextError> {
    let text = raw.trim();
    if text.chars().any(|c| c.is_control() || is_invisible(c)) {
        return Err(TextError::ControlCharacter);
    }
    if text.chars().count() > max {
        return Err(TextError::TooLong(max));
    }
    Ok(text.to_owned())
}

/// Format characters and line separators, which change how text reads without being visible (RFC 8264, section
/// 9.13). Joiners (U+200C, U+200D) are not among them: scripts and emoji need them.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{61C}'
            | '\u{180E}'
            | '\u{200B}'
            | '\u{200E}'
            | '\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{2069}'
            | '\u{FEFF}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn accepted_text_is_canonical(raw in "(?s)\\s{0,3}.{0,40}\\s{0,3}|\\PC{0,40}", max in 0_usize..50) {
            match bounded(&raw, max) {
                Ok(text) => {
                    prop_assert_eq!(&text, raw.trim());
                    prop_assert!(text.chars().count() <= max && !text.contains(char::is_control));
                    prop_assert_eq!(bounded(&text, max), Ok(text));
                }
                Err(TextError::TooLong(at)) => prop_assert!(at == max && raw.trim().chars().count() > max),
                Err(TextError::ControlCharacter) => {
                    prop_assert!(raw.trim().contains(|c: char| c.is_control() || is_invisible(c)));
                }
            }
        }

        #[test]
        fn text_of_a_permitted_length_is_accepted(text in "[a-zé名🙂]{1,20}( [a-zé名🙂]{1,20}){0,3}", more in 0_usize..3) {
            let max = text.chars().count() + more;
            prop_assert_eq!(bounded(&format!("\t{text} \n"), max), Ok(text));
        }

        #[test]
        fn no_invisible_character_is_accepted(
            text in "[a-z]{1,9}[\\p{Cc}\u{AD}\u{61C}\u{180E}\u{200B}\u{200E}\u{200F}\u{2028}-\u{202E}\u{2060}-\u{2069}\u{FEFF}][a-z]{1,9}",
        ) {
            prop_assert_eq!(bounded(&text, 19), Err(TextError::ControlCharacter));
        }
    }
}
