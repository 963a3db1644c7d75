//! Login names: what kinds there are, how each is spelled, and which of them reach a person.
//!
//! A kind is an [`IdentifierScheme`] that is registered once in the wiring. Stores keep `(kind, canonical)`
//! pairs, so a new kind needs no migration.

mod email;
mod phone_number;
mod username;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use thiserror::Error;

pub use email::EmailScheme;
pub use phone_number::{AllowedCountries, PhoneNumberScheme};
pub use username::{RESERVED_NAMES, UsernameLength, UsernameScheme};

use crate::messages::Channel;

/// The sort of an identifier. Its name is the request field that carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdentifierKind(&'static str);

impl IdentifierKind {
    /// A telephone number.
    pub const PHONE_NUMBER: Self = Self("phone_number");
    /// An e-mail address.
    pub const EMAIL: Self = Self("email");
    /// A name that the user chose.
    pub const USERNAME: Self = Self("username");

    /// Makes a custom kind; `name` is the body field.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The body field's name, which is also the stored kind.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for IdentifierKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

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

/// The rules for spelling one kind of identifier.
pub trait IdentifierScheme: Send + Sync {
    /// The kind that this scheme parses.
    fn kind(&self) -> IdentifierKind;

    /// Reads `raw`. Parsing the shown or the canonical form of the result gives the same canonical
    /// form again.
    ///
    /// # Errors
    /// [`IdentifierError`] when `raw` is not a spelling of this kind. Never panics.
    fn parse(&self, raw: &str) -> Result<Identifier, IdentifierError>;

    /// How a message reaches the person behind it; `None` for a name that was merely chosen.
    /// Only kinds with a channel can be proven, and they enter an account only when proven.
    fn channel(&self) -> Option<Channel>;

    /// Does before the first request what takes long and is done once, so that no request pays for it.
    fn warm_up(&self) {}
}

/// The registered schemes, in the order in which a login field is tried.
#[derive(Clone)]
pub struct Schemes(Arc<[Arc<dyn IdentifierScheme>]>);

impl Schemes {
    /// Registers the schemes.
    #[must_use]
    pub fn new(schemes: Vec<Arc<dyn IdentifierScheme>>) -> Self {
        Self(schemes.into())
    }

    /// The scheme of the kind with this name.
    #[must_use]
    pub fn get(&self, kind: &str) -> Option<&dyn IdentifierScheme> {
        self.0.iter().find(|scheme| scheme.kind().name() == kind).map(AsRef::as_ref)
    }

    /// Does what would make a first request slow.
    pub fn warm_up(&self) {
        self.0.iter().for_each(|scheme| scheme.warm_up());
    }

    /// The registered kinds.
    pub fn kinds(&self) -> impl Iterator<Item = IdentifierKind> {
        self.0.iter().map(|scheme| scheme.kind())
    }

    /// The channel of this name, by which identifiers of a registered kind are reached.
    #[must_use]
    pub fn channel(&self, name: &str) -> Option<Channel> {
        self.0.iter().filter_map(|scheme| scheme.channel()).find(|channel| channel.name() == name)
    }

    /// The schemes whose identifiers reach a person.
    pub fn reachable(&self) -> impl Iterator<Item = &dyn IdentifierScheme> {
        self.0.iter().filter(|scheme| scheme.channel().is_some()).map(AsRef::as_ref)
    }

    /// Rebuilds an identifier that a store holds. `None` when its kind is no longer registered.
    #[must_use]
    pub fn restore(&self, kind: &str, canonical: String, shown: String) -> Option<Identifier> {
        self.get(kind).map(|scheme| Identifier::from_parts(scheme.kind(), canonical, shown))
    }

    /// Reads a sign-in field that holds any kind: the first scheme that accepts it wins.
    /// A username that could be read as a phone number or an e-mail address is never accepted.
    #[must_use]
    pub fn read_login(&self, raw: &str) -> Option<Identifier> {
        self.0.iter().find_map(|scheme| scheme.parse(raw).ok())
    }
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
