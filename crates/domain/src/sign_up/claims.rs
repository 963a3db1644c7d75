//! What a sign-up request presents, before anything is checked.

use crate::identifier::IdentifierKind;

/// The fields that select a scenario and fill it in.
#[derive(Debug, Clone, Default)]
pub struct Claims<'a> {
    /// The address fields that are present, as written.
    pub addresses: Vec<(IdentifierKind, &'a str)>,
    /// The field `username`, as written.
    pub username: Option<&'a str>,
    /// The fields of other kinds of names that are merely chosen, as written.
    pub chosen: Vec<(IdentifierKind, &'a str)>,
    /// Whether a `verification_token` is presented.
    pub verification_token: bool,
    /// Whether a `provider_token` is presented.
    pub provider_token: bool,
    /// The custom fields of scenarios that are present, as written.
    pub own: Vec<(&'a str, &'a str)>,
}

impl<'a> Claims<'a> {
    /// The address of this kind, as written.
    #[must_use]
    pub fn address(&self, kind: IdentifierKind) -> Option<&'a str> {
        self.addresses.iter().find(|(held, _)| *held == kind).map(|(_, raw)| *raw)
    }

    /// The chosen name of this kind, as written.
    #[must_use]
    pub fn chosen(&self, kind: IdentifierKind) -> Option<&'a str> {
        self.chosen.iter().find(|(held, _)| *held == kind).map(|(_, raw)| *raw)
    }

    /// The value of a scenario's custom field, as written.
    #[must_use]
    pub fn own(&self, name: &str) -> Option<&'a str> {
        self.own.iter().find(|(held, _)| *held == name).map(|(_, raw)| *raw)
    }
}
