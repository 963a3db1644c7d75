//! Sorts of identifiers.

use std::fmt;

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
