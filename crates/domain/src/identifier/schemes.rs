//! The kinds that are registered.

use std::sync::Arc;

use super::beginning::{Beginning, MAX_BEGINNING};
use super::{Identifier, IdentifierKind, IdentifierScheme};
use crate::messages::Channel;

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

    /// The kinds of names that are merely chosen, but for usernames, which have a field and rules of their own.
    pub fn chosen(&self) -> impl Iterator<Item = IdentifierKind> {
        let chosen = self.0.iter().filter(|scheme| scheme.channel().is_none()).map(|scheme| scheme.kind());
        chosen.filter(|kind| *kind != IdentifierKind::USERNAME)
    }

    /// Rebuilds an identifier that a store holds. `None` when its kind is no longer registered.
    #[must_use]
    pub fn restore(&self, kind: &str, canonical: String, shown: String) -> Option<Identifier> {
        self.get(kind).map(|scheme| Identifier::from_parts(scheme.kind(), canonical, shown))
    }

    /// What identifiers of all kinds begin with that begin with `raw`, as people write it. There is none for a text that no
    /// identifier can have in it.
    #[must_use]
    pub fn beginnings(&self, raw: &str) -> Vec<Beginning> {
        let of = |scheme: &Arc<dyn IdentifierScheme>| {
            let kind = scheme.kind();
            scheme.beginnings(raw).into_iter().map(move |text| Beginning { kind, text })
        };
        if raw.chars().count() > MAX_BEGINNING || raw.contains('\0') {
            return Vec::new();
        }
        self.0.iter().flat_map(of).collect()
    }

    /// Reads a sign-in field that holds any kind: whoever has the first of these that somebody has is meant. There is
    /// more than one only for names that are no longer accepted because they read as an address.
    #[must_use]
    pub fn read_logins(&self, raw: &str) -> Vec<Identifier> {
        let chosen = self.0.iter().filter(|scheme| scheme.channel().is_none()).find_map(|scheme| scheme.recognise(raw));
        let reached = self.reachable().find_map(|scheme| scheme.recognise(raw));
        chosen.into_iter().chain(reached).collect()
    }
}
