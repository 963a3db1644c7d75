//! What identifiers begin with, for those who search.

use super::{Identifier, IdentifierKind};

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

impl Beginning {
    /// Whether this identifier begins so.
    #[must_use]
    pub fn is_of(&self, identifier: &Identifier) -> bool {
        identifier.kind() == self.kind && identifier.canonical().starts_with(&self.text)
    }

    /// Returns these beginnings in order, without those that begin with another one of their kind: no identifier begins
    /// with two of what is left.
    #[must_use]
    pub fn apart(mut beginnings: Vec<Self>) -> Vec<Self> {
        beginnings.sort_unstable_by(|one, other| (one.kind, &one.text).cmp(&(other.kind, &other.text)));
        beginnings.dedup_by(|next, kept| next.kind == kept.kind && next.text.starts_with(&kept.text));
        beginnings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_are_told_apart() {
        let (name, number) = (IdentifierKind::USERNAME, IdentifierKind::PHONE_NUMBER);
        let of = |(kind, text): (IdentifierKind, &str)| Beginning { kind, text: text.to_owned() };
        for (given, left) in [
            (&[(number, "+868"), (number, "+8")][..], &[(number, "+8")][..]),
            (&[], &[]),
            (&[(name, "a"), (number, "+1"), (number, "+861")], &[(number, "+1"), (number, "+861"), (name, "a")]),
            (&[(name, "ab"), (name, "b"), (name, "ac"), (name, "a"), (name, "a")], &[(name, "a"), (name, "b")]),
            (&[(name, "a"), (name, "")], &[(name, "")]),
        ] {
            let left: Vec<_> = left.iter().copied().map(of).collect();
            assert_eq!(Beginning::apart(given.iter().copied().map(of).collect()), left, "{given:?}");
        }
    }
}
