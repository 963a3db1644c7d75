//! What the promises do with sessions.

use auth_domain::Timestamp;
use auth_domain::accounts::{UserId, UserStatus};
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::sessions::{NewSession, Session, SessionId};
use auth_ports::{RotateRequest, Rotation};

use crate::Stores;
use crate::samples::{SampleAccount, sample_begin, sample_event, sample_session, start};

/// A user who signed up, in their first session.
pub(super) async fn signed_up(stores: &Stores) -> SampleAccount {
    let sample = SampleAccount::new().with_email();
    stores.sign_up(&sample).await;
    sample
}

pub(super) fn signed_in(user: UserId) -> NewEvent {
    sample_event(user, EventKind::SignedIn)
}

/// One more session of a user, which began at this instant without a proof.
pub(super) async fn begun(stores: &Stores, user: UserId, at: Timestamp) -> NewSession {
    let mut session = sample_session(user);
    session.expires_at += at - session.created_at;
    session.created_at = at;
    stores.sessions.begin(sample_begin(session.clone())).await.expect("an active user begins a session");
    session
}

pub(super) async fn block(stores: &Stores, user: UserId) {
    let event = sample_event(user, EventKind::UserBlocked);
    let known = stores.users.set_status(user, UserStatus::Blocked, event, start()).await.expect("the store works");
    assert!(known, "a user who signed up is known");
}

pub(crate) async fn rotate(stores: &Stores, request: RotateRequest) -> Rotation {
    stores.sessions.rotate(request).await.expect("the store works")
}

pub(super) async fn end(stores: &Stores, session: &NewSession) -> bool {
    let event = sample_event(session.user, EventKind::SignedOut);
    stores.sessions.end(session.user, session.id, event).await.expect("the store works")
}

pub(super) async fn listed(stores: &Stores, user: UserId, now: Timestamp) -> Vec<Session> {
    stores.sessions.list(user, now).await.expect("the store works")
}

pub(super) async fn listed_ids(stores: &Stores, user: UserId, now: Timestamp) -> Vec<SessionId> {
    listed(stores, user, now).await.into_iter().map(|session| session.id).collect()
}

pub(crate) fn is_success(rotation: &Rotation) -> bool {
    matches!(rotation, Rotation::Succeeded { .. })
}

/// Whether a session is alive at its first instant.
pub(crate) async fn is_alive(stores: &Stores, session: &NewSession) -> bool {
    let found = stores.accounts.find_in_session(session.user, session.id, session.created_at).await;
    found.expect("the store works").is_some()
}
