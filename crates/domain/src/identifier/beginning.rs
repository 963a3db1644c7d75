//! What identifiers begin with, for those who search.

use super::IdentifierKind;

/// The longest beginning that is searched for, in characters.
pub(super) const MAX_BEGINNING: usize = 320;

/// The beginning of the canonical form of an identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    /// The kind of the identifier.
    pub kind: IdentifierKind,
    /// What its canonical form begins with.
    pub text: String,
}
