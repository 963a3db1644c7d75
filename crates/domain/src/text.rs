//! Free text from outside: bounded, trimmed, without control characters.

use thiserror::Error;

/// Why a text was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TextError {
    /// Longer than the field allows, in characters.
    #[error("must have at most {0} characters")]
    TooLong(usize),
    /// Holds a control character, which no store, header or log line should carry.
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

/// Format characters that change how text reads without being seen (RFC 8264, section 9.13).
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}
