//! An event as subscribers receive it.

use uuid::Uuid;

use super::{OrderingKey, OutgoingKind};
use crate::Timestamp;
use crate::accounts::UserId;
use crate::clients::ClientId;
use crate::events::{EventKind, NewEvent};
use crate::secret_bytes::SecretHash;
use crate::sessions::SessionId;

/// An event as subscribers receive it: ids, but no names, addresses or secrets. For more, they ask the admin backend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingEvent {
    /// The id, which is the same at every attempt, so that a receiver can recognise duplicates.
    pub id: Uuid,
    /// What happened, by the name that subscribers use.
    pub kind: OutgoingKind,
    /// What happened, by the name that operators use: [`EventKind::name`].
    pub recorded_as: String,
    /// The user whose account it concerns; `None` if it could not be attributed to one.
    pub user: Option<UserId>,
    /// The session that began or ended, if there is exactly one.
    pub session: Option<SessionId>,
    /// Who caused it: [`Actor::name`](crate::events::Actor::name).
    pub actor: String,
    /// The scenario or sign-in method, if there are several.
    pub method: Option<String>,
    /// The client, if a user made the request.
    pub client: Option<ClientId>,
    /// When it happened.
    pub at: Timestamp,
}

impl OutgoingEvent {
    /// Returns what subscribers receive for `event`. The record of an import belongs to no account, so they receive
    /// nothing for it, as for what operators read; each account has an event of its own, [`OutgoingEvent::of_imported`].
    #[must_use]
    pub fn of(event: &NewEvent) -> Option<Self> {
        let is_import = event.kind == EventKind::UserCreated && event.user.is_none();
        let kind = OutgoingKind::of(event.kind).filter(|_| !is_import)?;
        Some(Self::told(event, kind))
    }

    /// Returns what subscribers receive for one account of an import whose record is `event`. Its id is derived from
    /// those of the record and the user.
    #[must_use]
    pub fn of_imported(event: &NewEvent, user: UserId) -> Self {
        let hash = SecretHash::of(&[event.id.as_bytes().as_slice(), &user.as_i64().to_be_bytes()].concat());
        let id = uuid::Builder::from_custom_bytes(std::array::from_fn(|n| hash.as_bytes()[n])).into_uuid();
        Self { id, user: Some(user), ..Self::told(event, OutgoingKind::UserCreated) }
    }

    /// Adds the session that began or ended.
    #[must_use]
    pub fn in_session(self, session: SessionId) -> Self {
        Self { session: Some(session), ..self }
    }

    /// Returns the key of the events among which this one keeps its place.
    #[must_use]
    pub fn ordering_key(&self) -> OrderingKey {
        OrderingKey::of(self.user, self.id)
    }

    fn told(event: &NewEvent, kind: OutgoingKind) -> Self {
        Self {
            id: event.id,
            kind,
            recorded_as: event.kind.name().to_owned(),
            user: event.user,
            session: None,
            actor: event.actor.name(),
            method: event.method.clone(),
            client: event.actor.origin().map(|origin| origin.client.clone()),
            at: event.at,
        }
    }
}
