//! Events at birth.

use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::events::{Actor, EventKind, NewEvent};
use auth_ports::{Entropy, draw};

/// An event without method and detail; those are added where there are any.
pub(crate) fn new_event(
    entropy: &dyn Entropy,
    kind: EventKind,
    user: Option<UserId>,
    actor: Actor,
    at: Timestamp,
) -> NewEvent {
    let id = uuid::Builder::from_random_bytes(draw(entropy)).into_uuid();
    NewEvent { id, kind, user, actor, method: None, detail: None, at }
}
