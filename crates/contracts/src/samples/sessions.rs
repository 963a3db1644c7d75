//! Sessions and events.

use auth_domain::Timestamp;
use auth_domain::access::{Method, Scope};
use auth_domain::accounts::UserId;
use auth_domain::clients::ClientFilter;
use auth_domain::events::{Actor, EventKind, NewEvent};
use auth_domain::origin::Place;
use auth_domain::payment::Payment;
use auth_domain::proofs::ProofHash;
use auth_domain::secret_bytes::SecretHash;
use auth_domain::sessions::{NewSession, SessionId, SessionPolicy};
use auth_ports::{BeginSession, RotateRequest};
use uuid::Uuid;

use super::{sample_fingerprint, sample_origin, start, unique_bytes};

/// A session of this user that began at the start and that no proof paid for.
#[must_use]
pub fn sample_session(user: UserId) -> NewSession {
    NewSession {
        id: SessionId::new(unique_bytes()),
        user,
        origin: sample_origin(),
        scope: Scope::User,
        method: Method::new("email"),
        seed: SecretHash::of(&unique_bytes::<16>()),
        paid_by: None,
        created_at: start(),
        expires_at: start() + SessionPolicy::default().refresh_ttl,
    }
}

/// A session of this user that began at the start and that this proof paid for.
#[must_use]
pub fn sample_session_paid_by(user: UserId, proof: ProofHash) -> NewSession {
    NewSession { paid_by: Some(proof), ..sample_session(user) }
}

/// An event of this user, at the start.
#[must_use]
pub fn sample_event(user: UserId, kind: EventKind) -> NewEvent {
    NewEvent {
        id: Uuid::from_bytes(unique_bytes()),
        kind,
        user: Some(user),
        actor: Actor::User(sample_origin()),
        method: Some("email".into()),
        detail: None,
        at: start(),
    }
}

/// The holder of an admin key, in the sample network.
#[must_use]
pub fn sample_operator() -> Actor {
    Actor::Operator { name: "sample-key".into(), network: Some(sample_origin().network) }
}

/// An event of no user, caused by an operator, at the start.
#[must_use]
pub fn sample_operator_event(kind: EventKind) -> NewEvent {
    NewEvent {
        id: Uuid::from_bytes(unique_bytes()),
        kind,
        user: None,
        actor: sample_operator(),
        method: None,
        detail: Some("a***@example.com".into()),
        at: start(),
    }
}

/// A request to begin this session, with its own event and room for fifty sessions.
#[must_use]
pub fn sample_begin(session: NewSession) -> BeginSession {
    BeginSession {
        payment: Payment::with(session.paid_by.into_iter().collect(), Vec::new(), sample_fingerprint()),
        password: None,
        proven: None,
        identity: None,
        telling: None,
        max_per_user: SessionPolicy::default().max_per_user,
        event: NewEvent { at: session.created_at, ..sample_event(session.user, EventKind::SignedIn) },
        session,
    }
}

/// A use of the session's refresh token of this generation, where the session began, under the default grace.
#[must_use]
pub fn sample_rotate(session: &NewSession, generation: u32, now: Timestamp) -> RotateRequest {
    RotateRequest {
        user: session.user,
        session: session.id,
        generation,
        seed: session.seed,
        clients: ClientFilter::ANY,
        grace: SessionPolicy::default().refresh_grace,
        place: Place::of(&session.origin),
        now,
        replay_event: NewEvent { at: now, ..sample_event(session.user, EventKind::RefreshReplayed) },
    }
}
