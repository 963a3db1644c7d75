//! Refused spellings.

use thiserror::Error;

use super::IdentifierKind;

/// Why a spelling was refused. The reason is for the client and never repeats the input.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{kind} {reason}")]
pub struct IdentifierError {
    /// The field that is wrong.
    pub kind: IdentifierKind,
    /// What the field must be, as the end of a sentence that starts with the field's name.
    pub reason: String,
}

impl IdentifierError {
    pub(crate) fn new(kind: IdentifierKind, reason: impl Into<String>) -> Self {
        Self { kind, reason: reason.into() }
    }
}
