//! Values as sections have them.

use config::{Map, Value, ValueKind};

/// A section as it is written.
pub(crate) type Table = Map<String, Value>;

/// Whether a value says something: an empty text is the same as none.
pub(crate) fn is_given(value: &Value) -> bool {
    !matches!(&value.kind, ValueKind::String(text) if text.is_empty())
}

/// The path of a key.
pub(crate) fn path(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

/// The value as a section.
pub(crate) fn table(value: &Value) -> Option<&Table> {
    match &value.kind {
        ValueKind::Table(table) => Some(table),
        _ => None,
    }
}
