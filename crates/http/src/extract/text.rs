//! Text fields as clients really send them: null and the empty string mean that the field is absent.
//!
//! For use with serde: `#[serde(default, deserialize_with = "text::optional")]`.

use secrecy::SecretString;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A text, or `None` where it is absent.
///
/// # Errors
/// Those of the deserializer: the field is neither a text nor null.
pub fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty()))
}

/// A text that is only shown, or `None` where it is absent or is no text. It refuses no request.
///
/// # Errors
/// Those of the deserializer: there is no value at all.
pub(crate) fn shown<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) if !text.is_empty() => Ok(Some(text)),
        _ => Ok(None),
    }
}

/// A text that must not be printed, or `None` where it is absent.
///
/// # Errors
/// Those of the deserializer: the field is neither a text nor null.
pub fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    Ok(optional(deserializer)?.map(SecretString::from))
}
