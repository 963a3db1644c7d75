//! Sessions and events.

use auth_domain::access::{Method, Scope};
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::secret_bytes::SecretHash;
use auth_domain::sessions::{NewSession, SessionId, SessionPolicy};
use auth_domain::users::UserId;
use uuid::Uuid;

use super::{sample_origin, start, unique_bytes};

/// A session of this user, begun at the start.
#[must_use]
pub fn sample_session(user: UserId) -> NewSession {
    NewSession {
        id: SessionId::new(unique_bytes()),
        user,
        origin: sample_origin(),
        scope: Scope::User,
        method: Method::new("email"),
        seed: SecretHash::of(&unique_bytes::<16>()),
        created_at: start(),
        expires_at: start() + SessionPolicy::default().refresh_ttl,
    }
}

/// An event of this user's, at the start.
#[must_use]
pub fn sample_event(user: UserId, kind: EventKind) -> NewEvent {
    NewEvent {
        id: Uuid::from_bytes(unique_bytes()),
        user,
        kind,
        method: "email".into(),
        origin: sample_origin(),
        at: start(),
    }
}
