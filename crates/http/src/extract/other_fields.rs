//! Fields of a body that its document does not name: those of kinds and scenarios that a program registers.

use std::collections::BTreeMap;

use auth_domain::identifier::{IdentifierKind, Schemes};
use serde::Deserialize;
use serde_json::Value;

/// What is left of a body. Flatten it into the body's type.
#[derive(Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct OtherFields(BTreeMap<String, Value>);

impl OtherFields {
    /// Takes the text of a field. Null, the empty text and anything that is no text are "absent".
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        match self.0.remove(name) {
            Some(Value::String(text)) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// Takes the fields of registered kinds of names that are merely chosen, but for the username.
    pub(crate) fn take_chosen(&mut self, schemes: &Schemes) -> Vec<(IdentifierKind, String)> {
        schemes.chosen().filter_map(|kind| Some((kind, self.take(kind.name())?))).collect()
    }
}
