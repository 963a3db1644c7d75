//! An identifier.

use std::fmt;
use std::hash::{Hash, Hasher};

use super::IdentifierKind;

/// An identifier in canonical form. Two identifiers are equal (the same login name) exactly when their kinds and
/// canonical forms are equal, however they are shown.
#[derive(Clone, Eq)]
pub struct Identifier {
    kind: IdentifierKind,
    canonical: String,
    shown: String,
}

impl Identifier {
    /// Makes an identifier, for schemes and stores. `canonical` decides equality; `shown` is what responses contain.
    #[must_use]
    pub fn from_parts(kind: IdentifierKind, canonical: String, shown: String) -> Self {
        Self { kind, canonical, shown }
    }

    /// The identifier's kind.
    #[must_use]
    pub fn kind(&self) -> IdentifierKind {
        self.kind
    }

    /// The form that is compared and unique.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// The form that is shown to the user.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// The first and last characters only, for logs and for people who should recognise the identifier.
    #[must_use]
    pub fn masked(&self) -> String {
        mask(&self.canonical)
    }
}

impl PartialEq for Identifier {
    fn eq(&self, other: &Self) -> bool {
        (self.kind, &self.canonical) == (other.kind, &other.canonical)
    }
}

impl Hash for Identifier {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.kind, &self.canonical).hash(state);
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.masked())
    }
}

/// Shows at most the first three and last two characters of each half around an `@`.
fn mask(text: &str) -> String {
    let (head, tail) = match text.split_once('@') {
        Some((local, domain)) => (local, format!("@{domain}")),
        None => (text, String::new()),
    };
    let chars: Vec<char> = head.chars().collect();
    let keep_front = (chars.len() / 3).min(3);
    let keep_back = if tail.is_empty() { (chars.len() / 4).min(2) } else { 0 };
    let front: String = chars[..keep_front].iter().collect();
    let back: String = chars[chars.len() - keep_back..].iter().collect();
    format!("{front}***{back}{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equality_ignores_the_shown_form() {
        let name = |kind, canonical: &str, shown: &str| Identifier::from_parts(kind, canonical.into(), shown.into());
        let ann = name(IdentifierKind::USERNAME, "ann.lee", "Ann.Lee");
        for (what, other, is_equal) in [
            ("another spelling", name(IdentifierKind::USERNAME, "ann.lee", "ANN.LEE"), true),
            ("another name", name(IdentifierKind::USERNAME, "ann.li", "Ann.Lee"), false),
            ("another kind", name(IdentifierKind::EMAIL, "ann.lee", "Ann.Lee"), false),
        ] {
            assert_eq!(ann == other, is_equal, "{what}");
            assert_eq!(std::collections::HashSet::from([ann.clone()]).contains(&other), is_equal, "{what}, hashed");
        }
    }

    #[test]
    fn masks_reveal_too_little_to_guess() {
        for (plain, masked) in
            [("+8613000000000", "+86***00"), ("user@example", "u***@example"), ("ab", "***"), ("a@b.c", "***@b.c")]
        {
            assert_eq!(mask(plain), masked);
        }
    }
}
