//! What a sign-up request shows, before anything is checked.

use crate::identifier::IdentifierKind;

/// The fields that choose and fill a scenario.
#[derive(Debug, Clone, Default)]
pub struct Claims<'a> {
    /// Address fields that are present, as written.
    pub addresses: Vec<(IdentifierKind, &'a str)>,
    /// `username`
    pub username: Option<&'a str>,
    /// Whether a `verification_token` is shown.
    pub verification_token: bool,
    /// Whether a `provider_token` is shown.
    pub provider_token: bool,
    /// Fields of scenarios' own that are present, as written.
    pub own: Vec<(&'a str, &'a str)>,
}

impl<'a> Claims<'a> {
    /// The address of a kind, as written.
    #[must_use]
    pub fn address(&self, kind: IdentifierKind) -> Option<&'a str> {
        self.addresses.iter().find(|(held, _)| *held == kind).map(|(_, raw)| *raw)
    }

    /// The value of a scenario's own field, as written.
    #[must_use]
    pub fn own(&self, name: &str) -> Option<&'a str> {
        self.own.iter().find(|(held, _)| *held == name).map(|(_, raw)| *raw)
    }
}
