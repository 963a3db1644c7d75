//! An event as it goes out.

use uuid::Uuid;

use super::{OrderingKey, OutgoingKind};
use crate::Timestamp;
use crate::accounts::UserId;
use crate::clients::ClientId;
use crate::events::{EventKind, NewEvent};
use crate::secret_bytes::SecretHash;
use crate::sessions::SessionId;

/// What subscribers are told: ids, no names, no addresses, no secrets. Who wants to know more asks the admin backend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingEvent {
    /// The same at every attempt: who is told twice can tell by it.
    pub id: Uuid,
    /// What happened, by the name under which it goes out.
    pub kind: OutgoingKind,
    /// What happened, by the name under which operators find it: [`EventKind::name`].
    pub recorded_as: String,
    /// To whose account; none when nobody's could be named.
    pub user: Option<UserId>,
    /// Which session began or ended, where it is one.
    pub session: Option<SessionId>,
    /// By whose hand: [`Actor::name`](crate::events::Actor::name).
    pub actor: String,
    /// By which way (a scenario, a sign-in method), where there are several.
    pub method: Option<String>,
    /// From which client, when it was a request of a user.
    pub client: Option<ClientId>,
    /// When.
    pub at: Timestamp,
}

impl OutgoingEvent {
    /// What subscribers are told of `event`. The record of an import is of nobody's account and tells them nothing:
    /// each account has an event of its own, [`OutgoingEvent::of_imported`].
    #[must_use]
    pub fn of(event: &NewEvent) -> Option<Self> {
        let is_import = event.kind == EventKind::UserCreated && event.user.is_none();
        (!is_import).then(|| Self::told(event))
    }

    /// What they are told of one account that was imported in a batch with the record `event`. Its id follows from
    /// the record's and the user's.
    #[must_use]
    pub fn of_imported(event: &NewEvent, user: UserId) -> Self {
        let hash = SecretHash::of(&[event.id.as_bytes().as_slice(), &user.as_i64().to_be_bytes()].concat());
        let id = uuid::Builder::from_custom_bytes(std::array::from_fn(|n| hash.as_bytes()[n])).into_uuid();
        Self { id, user: Some(user), ..Self::told(event) }
    }

    /// The same, naming the session that began or ended.
    #[must_use]
    pub fn in_session(self, session: SessionId) -> Self {
        Self { session: Some(session), ..self }
    }

    /// Which others it keeps its place among.
    #[must_use]
    pub fn ordering_key(&self) -> OrderingKey {
        OrderingKey::of(self.user, self.id)
    }

    fn told(event: &NewEvent) -> Self {
        Self {
            id: event.id,
            kind: OutgoingKind::of(event.kind),
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
