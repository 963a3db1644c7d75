//! Promises of `end` and `end_all`.

use auth_domain::accounts::UserId;
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::messages::{Notice, NoticeKind, QueuedContent};
use auth_domain::sessions::{NewSession, SessionId};

use super::acts::{begun, end, is_alive, listed_ids, signed_up};
use crate::Stores;
use crate::events::{assert_not_recorded, assert_recorded};
use crate::samples::{
    SampleAccount, at, sample_begin, sample_claim, sample_device, sample_event, sample_operator, sample_session,
    sample_telling,
};

/// An ended session admits nobody; the user's other sessions stay alive.
pub async fn ends_a_session_alone(stores: Stores) {
    let first = signed_up(&stores).await.account.session;
    let second = begun(&stores, first.user, at(1)).await;
    assert!(end(&stores, &first).await, "a live session");
    assert!(!is_alive(&stores, &first).await, "an ended session admitted somebody");
    assert!(is_alive(&stores, &second).await, "another session ended as well");
}

/// The event is recorded.
pub async fn ending_a_session_records_its_event(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    let event = NewEvent { at: at(5), ..sample_event(session.user, EventKind::SignedOut) };
    let ended = stores.sessions.end(session.user, session.id, event.clone()).await.expect("the store works");
    assert!(ended, "a live session");
    assert_recorded(&stores, &event).await;
}

/// A session ends only once.
pub async fn ends_nothing_twice(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    assert!(end(&stores, &session).await, "a live session");
    assert_ends_nothing(&stores, session.user, session.id, "an ended session").await;
}

/// A session that has expired cannot be ended.
pub async fn ends_no_expired_session(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    let event = NewEvent { at: session.expires_at, ..sample_event(session.user, EventKind::SignedOut) };
    let ended = stores.sessions.end(session.user, session.id, event.clone()).await.expect("the store works");
    assert!(!ended, "a session was ended at the instant at which it expires");
    assert_not_recorded(&stores, &event).await;
}

/// Nobody ends another user's session.
pub async fn ends_no_session_of_another_user(stores: Stores) {
    let (one, other) = (signed_up(&stores).await.account.session, signed_up(&stores).await.account.session);
    assert_ends_nothing(&stores, one.user, other.id, "another user's session").await;
    assert!(is_alive(&stores, &other).await, "another user's session ended");
}

/// A session that never began cannot be ended.
pub async fn ends_no_unknown_session(stores: Stores) {
    let user = signed_up(&stores).await.account.id;
    assert_ends_nothing(&stores, user, sample_session(user).id, "an unknown session").await;
    let nobody = SampleAccount::new().account.id;
    assert_ends_nothing(&stores, nobody, sample_session(nobody).id, "an unknown user's session").await;
}

/// All sessions of the user end.
pub async fn ends_all_sessions(stores: Stores) {
    let sessions = three_sessions(&stores).await;
    assert_eq!(end_all(&stores, sessions[0].user, None, None).await, 3, "sessions that ended");
    assert_live(&stores, &sessions, &[]).await;
}

/// The session in which the user acts is kept.
pub async fn ends_all_sessions_but_one(stores: Stores) {
    let sessions = three_sessions(&stores).await;
    assert_eq!(end_all(&stores, sessions[0].user, Some(sessions[1].id), None).await, 2, "sessions that ended");
    assert_live(&stores, &sessions, &[1]).await;
}

/// A device's sessions end; those of other devices and of no device stay alive.
pub async fn ends_the_sessions_of_one_device(stores: Stores) {
    let sessions = sessions_of_devices(&stores).await;
    let device = device_of(&sessions[0]);
    assert_eq!(end_all(&stores, sessions[0].user, None, device).await, 2, "sessions that ended");
    assert_live(&stores, &sessions, &[2, 3]).await;
    assert_eq!(end_all(&stores, sessions[0].user, None, Some("unknown".into())).await, 0, "of an unknown device");
}

/// One of a device's sessions may be kept.
pub async fn ends_the_sessions_of_one_device_but_one(stores: Stores) {
    let sessions = sessions_of_devices(&stores).await;
    let device = device_of(&sessions[0]);
    assert_eq!(end_all(&stores, sessions[0].user, Some(sessions[1].id), device).await, 1, "sessions that ended");
    assert_live(&stores, &sessions, &[1, 2, 3]).await;
}

/// Sessions that had already ended or expired are not counted.
pub async fn ending_all_counts_only_live_sessions(stores: Stores) {
    let first = signed_up(&stores).await.account.session;
    let expired = NewSession { expires_at: at(10), ..sample_session(first.user) };
    stores.sessions.begin(sample_begin(expired)).await.expect("begun");
    let ended = begun(&stores, first.user, at(2)).await;
    assert!(end(&stores, &ended).await, "a live session");
    let event = NewEvent { at: at(10), ..sample_event(first.user, EventKind::SessionsEnded) };
    let count = stores.sessions.end_all(first.user, None, None, event, None).await.expect("the store works");
    assert_eq!(count, 1, "sessions that were alive");
}

/// The event is recorded.
pub async fn ending_all_records_its_event(stores: Stores) {
    let user = signed_up(&stores).await.account.id;
    let event = NewEvent { at: at(5), ..sample_event(user, EventKind::SessionsEnded) };
    stores.sessions.end_all(user, None, None, event.clone(), None).await.expect("the store works");
    assert_recorded(&stores, &event).await;
}

/// A user who ends nothing leaves no event, so that nobody fills the store by ending nothing. What operators do is
/// recorded all the same.
pub async fn ending_nothing_records_no_event(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    let nothing = async |what: &str, keep: Option<SessionId>, device: Option<&str>| {
        let event = NewEvent { at: at(5), ..sample_event(session.user, EventKind::SessionsEnded) };
        let ended = stores.sessions.end_all(session.user, keep, device.map(str::to_owned), event.clone(), None).await;
        assert_eq!(ended.expect("the store works"), 0, "{what}");
        assert_not_recorded(&stores, &event).await;
    };
    nothing("an unknown device", None, Some("unknown")).await;
    nothing("all but the only one", Some(session.id), None).await;
    assert!(end(&stores, &session).await, "a live session");
    nothing("all, once more", None, None).await;
    let event =
        NewEvent { at: at(5), actor: sample_operator(), ..sample_event(session.user, EventKind::SessionsEnded) };
    let ended = stores.sessions.end_all(session.user, None, None, event.clone(), None).await;
    assert_eq!(ended.expect("the store works"), 0, "all, by an operator");
    assert_recorded(&stores, &event).await;
}

/// The owner is told at every address, together with the event; who ends nothing tells nobody.
pub async fn ending_all_is_told(stores: Stores) {
    let sample = SampleAccount::new().with_email().with_phone_number();
    stores.sign_up(&sample).await;
    let user = sample.account.id;
    for told in [2, 0] {
        let event = NewEvent { at: at(5), ..sample_event(user, EventKind::SessionsEnded) };
        let ended = stores.sessions.end_all(user, None, None, event, Some(sample_telling())).await;
        ended.expect("the store works");
        let queued = stores.messages.claim_due(sample_claim(at(5), at(100))).await.expect("the store works");
        let expected = QueuedContent::Notice(Notice::of(NoticeKind::SessionsEnded));
        assert_eq!(queued.len(), told, "addresses that were told: {queued:?}");
        assert!(queued.iter().all(|message| message.content == expected), "{queued:?}");
    }
}

/// Other users' sessions stay alive.
pub async fn ending_all_spares_other_users(stores: Stores) {
    let (one, other) = (signed_up(&stores).await.account.session, signed_up(&stores).await.account.session);
    assert_eq!(end_all(&stores, one.user, Some(other.id), None).await, 1, "sessions that ended");
    assert!(is_alive(&stores, &other).await, "another user's session ended");
}

/// The end and its event are stored together: neither is stored without the other.
pub async fn an_event_that_cannot_be_recorded_ends_nothing(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    let event = sample_event(session.user, EventKind::SignedIn);
    stores.events.record(event.clone()).await.expect("recorded");
    let one = stores.sessions.end(session.user, session.id, event.clone()).await;
    assert!(one.is_err(), "an event id in use: {one:?}");
    let all = stores.sessions.end_all(session.user, None, None, event, None).await;
    assert!(all.is_err(), "an event id in use: {all:?}");
    assert!(is_alive(&stores, &session).await, "a session ended without its event");
}

async fn end_all(stores: &Stores, user: UserId, keep: Option<SessionId>, device: Option<String>) -> u64 {
    let event = NewEvent { at: at(9), ..sample_event(user, EventKind::SessionsEnded) };
    stores.sessions.end_all(user, keep, device, event, None).await.expect("the store works")
}

async fn assert_ends_nothing(stores: &Stores, user: UserId, session: SessionId, what: &str) {
    let event = sample_event(user, EventKind::SignedOut);
    let ended = stores.sessions.end(user, session, event.clone()).await.expect("the store works");
    assert!(!ended, "{what} was ended");
    assert_not_recorded(stores, &event).await;
}

async fn three_sessions(stores: &Stores) -> Vec<NewSession> {
    let first = signed_up(stores).await.account.session;
    let others = [begun(stores, first.user, at(1)).await, begun(stores, first.user, at(2)).await];
    [vec![first], others.into()].concat()
}

/// Two sessions of one device, one of another device, one of no device.
async fn sessions_of_devices(stores: &Stores) -> Vec<NewSession> {
    let mut sessions = vec![signed_up(stores).await.account.session];
    let first_device = sessions[0].origin.device.clone();
    for (second, device) in [(1, first_device), (2, Some(sample_device())), (3, None)] {
        let mut session = NewSession { created_at: at(second), ..sample_session(sessions[0].user) };
        session.origin.device = device;
        stores.sessions.begin(sample_begin(session.clone())).await.expect("begun");
        sessions.push(session);
    }
    sessions
}

fn device_of(session: &NewSession) -> Option<String> {
    session.origin.device.as_ref().map(|device| device.as_str().to_owned())
}

/// Asserts that exactly these of the sessions are alive.
async fn assert_live(stores: &Stores, sessions: &[NewSession], expected: &[usize]) {
    let live = listed_ids(stores, sessions[0].user, at(9)).await;
    for (place, session) in sessions.iter().enumerate() {
        assert_eq!(live.contains(&session.id), expected.contains(&place), "whether session {place} is alive");
    }
}
