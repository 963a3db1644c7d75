//! How changes of login names are recorded: the kind of the event, and what else is known.

use auth_domain::events::EventKind;
use auth_domain::identifier::{Identifier, IdentifierKind};

/// An address: its kind, and what may be shown of it.
pub(crate) fn contact_changed(address: &Identifier) -> (EventKind, Option<String>) {
    (EventKind::ContactChanged, Some(format!("{} {}", address.kind(), address.masked())))
}

/// A chosen name: its kind, where it is not the username.
pub(crate) fn name_changed(name: &Identifier) -> (EventKind, Option<String>) {
    let kind = Some(name.kind()).filter(|kind| *kind != IdentifierKind::USERNAME);
    (EventKind::UsernameChanged, kind.map(|kind| kind.to_string()))
}
