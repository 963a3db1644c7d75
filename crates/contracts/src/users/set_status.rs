//! Promises of `set_status`.

use auth_domain::accounts::{Account, UserId, UserStatus};
use auth_domain::events::{EventKind, NewEvent};

use super::made::find;
use crate::Stores;
use crate::events::{assert_not_recorded, assert_recorded};
use crate::samples::{SampleAccount, at, sample_begin, sample_operator_event, sample_session};
use crate::sessions::is_alive;

/// Only the status and the instant of the last change are updated, in both directions.
pub async fn sets_the_status(stores: Stores) {
    let user = signed_up(&stores).await.account.id;
    for status in [UserStatus::Blocked, UserStatus::Blocked, UserStatus::Active] {
        let before = find(&stores, user).await.expect("it is found");
        assert!(set(&stores, user, status).await, "a known user");
        let expected = Account { status, updated_at: at(60), ..before };
        assert_eq!(find(&stores, user).await, Some(expected), "left: found, right: expected");
    }
}

/// A blocked user is signed out everywhere.
pub async fn blocking_ends_all_sessions(stores: Stores) {
    let first = signed_up(&stores).await.account.session;
    let second = sample_session(first.user);
    stores.sessions.begin(sample_begin(second)).await.expect("begun");
    assert!(set(&stores, first.user, UserStatus::Blocked).await, "a known user");
    let listed = stores.sessions.list(first.user, at(60)).await.expect("the store works");
    assert!(listed.is_empty(), "sessions of a blocked user: {listed:?}");
}

/// Nobody else is signed out.
pub async fn blocking_spares_other_users(stores: Stores) {
    let (user, other) = (signed_up(&stores).await.account.id, signed_up(&stores).await.account);
    let before = find(&stores, other.id).await;
    assert!(set(&stores, user, UserStatus::Blocked).await, "a known user");
    assert!(is_alive(&stores, &other.session).await, "another user's session ended");
    assert_eq!(find(&stores, other.id).await, before, "left: after blocking another user, right: before");
}

/// A user whose account is unblocked has to sign in again.
pub async fn unblocking_revives_no_session(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    for status in [UserStatus::Blocked, UserStatus::Active] {
        assert!(set(&stores, session.user, status).await, "a known user");
    }
    assert!(!is_alive(&stores, &session).await, "a session came back to life");
    let outcome = stores.sessions.begin(sample_begin(sample_session(session.user))).await;
    assert!(outcome.is_ok(), "a user whose account was unblocked: {outcome:?}");
}

/// The event is recorded.
pub async fn setting_a_status_records_its_event(stores: Stores) {
    let user = signed_up(&stores).await.account.id;
    for (status, kind) in
        [(UserStatus::Blocked, EventKind::UserBlocked), (UserStatus::Active, EventKind::UserUnblocked)]
    {
        let event = event_of(user, kind);
        stores.users.set_status(user, status, event.clone(), at(60)).await.expect("the store works");
        assert_recorded(&stores, &event).await;
    }
}

/// An unknown user gets no status, and nothing is recorded.
pub async fn an_unknown_user_gets_no_status(stores: Stores) {
    let user = SampleAccount::new().account.id;
    let event = event_of(user, EventKind::UserBlocked);
    let known = stores.users.set_status(user, UserStatus::Blocked, event.clone(), at(60)).await;
    assert!(matches!(known, Ok(false)), "an unknown user: {known:?}");
    assert_not_recorded(&stores, &event).await;
}

/// Status, sessions and event are stored together.
pub async fn an_event_that_cannot_be_recorded_sets_nothing(stores: Stores) {
    let sample = signed_up(&stores).await;
    let before = find(&stores, sample.account.id).await;
    let outcome =
        stores.users.set_status(sample.account.id, UserStatus::Blocked, sample.account.event.clone(), at(60)).await;
    assert!(outcome.is_err(), "an event id in use: {outcome:?}");
    assert_eq!(find(&stores, sample.account.id).await, before, "left: after the failure, right: before");
    assert!(is_alive(&stores, &sample.account.session).await, "a failed call ended a session");
}

async fn signed_up(stores: &Stores) -> SampleAccount {
    let sample = SampleAccount::new().with_email();
    stores.sign_up(&sample).await;
    sample
}

fn event_of(user: UserId, kind: EventKind) -> NewEvent {
    NewEvent { user: Some(user), at: at(60), ..sample_operator_event(kind) }
}

async fn set(stores: &Stores, user: UserId, status: UserStatus) -> bool {
    let event = event_of(user, EventKind::UserBlocked);
    stores.users.set_status(user, status, event, at(60)).await.expect("the store works")
}
