//! Which events wait for which subscribers.

use auth_domain::accounts::UserStatus;
use auth_domain::accounts::change::Change;
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::outbox::{OutgoingEvent, OutgoingKind, Subscribers};
use auth_domain::profile::Profile;

use super::acts::{everything, happen, somebody, telling, told, users};
use crate::Stores;
use crate::accounts::{sample_change, sample_deletion};
use crate::samples::{
    SampleAccount, at, sample_admin_key, sample_begin, sample_event, sample_made_account, sample_operator_event,
    sample_rotate, sample_session, sample_session_paid_by, start,
};

/// The whole event goes to each subscriber to its kind and to no other.
pub async fn an_event_waits_for_everybody_who_wants_it(stores: Stores) {
    let stores = telling(&stores);
    let user = somebody();
    let (blocked, signed_in) =
        (happen(&stores, user, EventKind::UserBlocked).await, happen(&stores, user, EventKind::SignedIn).await);
    let [blocked, signed_in] = [&blocked, &signed_in].map(expected);
    assert_eq!(told(&stores, &everything()).await, [blocked.clone(), signed_in], "whoever wants everything");
    assert_eq!(told(&stores, &users()).await, [blocked], "whoever wants what happens to users");
}

/// Without subscribers the queue stays empty, even for those that come later.
pub async fn nothing_waits_where_nobody_listens(stores: Stores) {
    let silent = stores.telling(Subscribers::default());
    silent.sign_up(&SampleAccount::new().with_email()).await;
    happen(&silent, somebody(), EventKind::UserBlocked).await;
    assert_eq!(told(&telling(&stores), &everything()).await, [], "what was told to nobody");
}

/// A sign-up creates a user together with their first session.
pub async fn a_sign_up_is_told(stores: Stores) {
    let stores = telling(&stores);
    for sample in [
        SampleAccount::new().with_email(),
        SampleAccount::new(),
        SampleAccount::new().with_email().with_external_identity().with_password().with_profile(),
    ] {
        stores.sign_up(&sample).await;
        let expected = expected(&sample.account.event).in_session(sample.account.session.id);
        assert_eq!(expected.kind, OutgoingKind::UserCreated);
        assert_eq!(told(&stores, &everything()).await, std::slice::from_ref(&expected), "whoever wants everything");
        assert_eq!(told(&stores, &users()).await, [expected], "whoever wants what happens to users");
    }
}

/// Nothing is queued for what did not happen.
pub async fn a_sign_up_that_is_refused_is_not_told(stores: Stores) {
    let stores = telling(&stores);
    let first = SampleAccount::new().with_email();
    stores.sign_up(&first).await;
    told(&stores, &everything()).await;
    let taken = SampleAccount::new().with_address(first.account.identifiers[0].identifier.clone());
    assert!(stores.try_sign_up(&taken).await.is_err(), "a taken address");
    let spent = SampleAccount::new().paid_by(&first.proofs[0]);
    assert!(stores.accounts.register(spent.account).await.is_err(), "a spent proof");
    assert_eq!(told(&stores, &everything()).await, [], "after two refusals");
}

/// Somebody who keeps an anonymous user's id was created before.
pub async fn an_anonymous_user_is_made_once_and_updated_by_a_sign_up(stores: Stores) {
    let stores = telling(&stores);
    let anonymous = SampleAccount::anonymous();
    stores.sign_up(&anonymous).await;
    let sample = SampleAccount::new().with_email().of_anonymous(&anonymous);
    stores.sign_up(&sample).await;
    let kinds: Vec<_> = told(&stores, &users()).await.iter().map(|event| (event.user, event.kind)).collect();
    let user = Some(anonymous.account.id);
    assert_eq!(kinds, [(user, OutgoingKind::UserCreated), (user, OutgoingKind::UserUpdated)]);
}

/// Events of sessions that begin or end name the session.
pub async fn sessions_that_begin_and_end_are_told(stores: Stores) {
    let stores = telling(&stores);
    let sample = SampleAccount::new().with_email();
    stores.sign_up(&sample).await;
    let begin = sample_begin(sample_session(sample.account.id));
    stores.sessions.begin(begin.clone()).await.expect("begun");
    let (end, all) = (
        sample_event(sample.account.id, EventKind::SignedOut),
        sample_event(sample.account.id, EventKind::SessionsEnded),
    );
    let user = sample.account.id;
    assert!(stores.sessions.end(user, begin.session.id, end.clone()).await.expect("the store works"), "it was alive");
    let again = sample_event(user, EventKind::SignedOut);
    assert!(!stores.sessions.end(user, begin.session.id, again).await.expect("the store works"), "it had ended");
    stores.sessions.end_all(user, None, None, all.clone(), None).await.expect("the store works");
    let started = expected(&begin.event).in_session(begin.session.id);
    let ended = expected(&end).in_session(begin.session.id);
    assert_eq!(told(&stores, &everything()).await[1..], [started, ended, expected(&all)], "after the sign-up");
}

/// A session that begins for a repeated request is an additional session.
pub async fn a_repeated_beginning_is_told(stores: Stores) {
    let stores = telling(&stores);
    let sample = SampleAccount::new().with_email();
    stores.sign_up(&sample).await;
    let begin = sample_begin(sample_session_paid_by(sample.account.id, sample.proofs[0].hash));
    stores.sessions.begin_repeated(begin.clone()).await.expect("the store works");
    let expected = expected(&begin.event).in_session(begin.session.id);
    assert_eq!(told(&stores, &everything()).await[1..], [expected], "after the sign-up");
}

/// Refreshing a session is not an event, except for a replay.
pub async fn a_replay_is_told(stores: Stores) {
    let stores = telling(&stores);
    let sample = SampleAccount::new().with_email();
    stores.sign_up(&sample).await;
    let session = &sample.account.session;
    stores.sessions.rotate(sample_rotate(session, 0, start())).await.expect("the store works");
    let replay = sample_rotate(session, 0, at(99));
    stores.sessions.rotate(replay.clone()).await.expect("the store works");
    stores.sessions.rotate(sample_rotate(session, 0, at(100))).await.expect("the store works");
    let expected = expected(&replay.replay_event).in_session(session.id);
    assert_eq!(told(&stores, &everything()).await[1..], [expected], "after the sign-up");
}

/// Each event of a change is queued.
pub async fn a_change_is_told(stores: Stores) {
    let stores = telling(&stores);
    let sample = SampleAccount::new().with_email();
    stores.sign_up(&sample).await;
    let change = sample_change(sample.account.id, vec![Change::Profile(Profile::default())]);
    stores.accounts.change(change.clone()).await.expect("nothing stands in the way");
    assert_eq!(told(&stores, &users()).await[1..], [expected(&change.events[0])], "after the sign-up");
}

/// A change that was not made is not queued.
pub async fn a_change_that_is_refused_is_not_told(stores: Stores) {
    let stores = telling(&stores);
    let change = sample_change(somebody(), vec![Change::Profile(Profile::default())]);
    assert!(stores.accounts.change(change).await.is_err(), "of nobody's account");
    assert_eq!(told(&stores, &everything()).await, [], "after a refusal");
}

/// The deletion comes after everything that happened to the account before.
pub async fn a_deletion_is_told(stores: Stores) {
    let stores = telling(&stores);
    let sample = SampleAccount::new().with_email();
    stores.sign_up(&sample).await;
    let deletion = sample_deletion(sample.account.id, None);
    stores.accounts.delete(deletion.clone()).await.expect("it is there");
    assert!(stores.accounts.delete(sample_deletion(sample.account.id, None)).await.is_err(), "it is gone");
    let kinds: Vec<_> = told(&stores, &users()).await.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [OutgoingKind::UserCreated, OutgoingKind::UserDeleted]);
}

/// Creating, blocking and unblocking users are queued.
pub async fn what_operators_do_to_users_is_told(stores: Stores) {
    let stores = telling(&stores);
    let made = sample_made_account();
    let of_operator = |kind| NewEvent { user: Some(made.id), ..sample_operator_event(kind) };
    let created = of_operator(EventKind::UserCreated);
    stores.users.create(made.clone(), created.clone()).await.expect("nothing stands in the way");
    let (block, unblock) = (of_operator(EventKind::UserBlocked), of_operator(EventKind::UserUnblocked));
    for (status, event) in [(UserStatus::Blocked, &block), (UserStatus::Active, &unblock)] {
        stores.users.set_status(made.id, status, event.clone(), start()).await.expect("the store works");
    }
    let nobody = of_operator(EventKind::UserBlocked);
    let known = stores.users.set_status(somebody(), UserStatus::Blocked, nobody, start()).await;
    assert!(!known.expect("the store works"), "nobody's account");
    assert_eq!(told(&stores, &users()).await, [&created, &block, &unblock].map(expected));
}

/// Each account has an event with an id of its own; accounts that were skipped have none.
pub async fn an_import_tells_of_each_account_that_was_stored(stores: Stores) {
    let stores = telling(&stores);
    let accounts: Vec<_> = (0..3).map(|_| sample_made_account()).collect();
    let (first, second) = (accounts[0].clone(), accounts[2].clone());
    let batch = vec![accounts[0].clone(), accounts[0].clone(), accounts[2].clone()];
    let event = sample_operator_event(EventKind::UserCreated);
    stores.users.import(batch, event.clone()).await.expect("the store works");
    let mut expected = [&first, &second].map(|made| OutgoingEvent::of_imported(&event, made.id));
    expected.sort_by_key(|event| event.id);
    let mut found = told(&stores, &everything()).await;
    found.sort_by_key(|event| event.id);
    assert_eq!(found, expected, "left: told, right: stored");
    assert_ne!(found[0].id, found[1].id, "ids of two events");
}

/// A failed sign-in is queued, whether or not it belongs to an account.
pub async fn what_changes_nothing_is_told(stores: Stores) {
    let stores = telling(&stores);
    let of_user = happen(&stores, somebody(), EventKind::SignInFailed).await;
    let of_nobody = NewEvent { user: None, ..sample_event(somebody(), EventKind::CodeRefused) };
    stores.events.record(of_nobody.clone()).await.expect("the store works");
    let mut expected = [&of_user, &of_nobody].map(expected);
    expected.sort_by_key(|event| event.id);
    let mut found = told(&stores, &everything()).await;
    found.sort_by_key(|event| event.id);
    assert_eq!(found, expected, "left: told, right: recorded");
    assert_eq!(told(&stores, &users()).await, [], "whoever wants what happens to users only");
}

/// An event that was recorded before is not queued again.
pub async fn an_event_recorded_twice_is_told_once(stores: Stores) {
    let stores = telling(&stores);
    let event = happen(&stores, somebody(), EventKind::SignInFailed).await;
    stores.events.record(event.clone()).await.expect("the store works");
    assert_eq!(told(&stores, &everything()).await, [expected(&event)]);
}

/// Creating and revoking keys are queued.
pub async fn what_happens_to_admin_keys_is_told(stores: Stores) {
    let stores = telling(&stores);
    let key = sample_admin_key();
    let [made, revoked, again] =
        [EventKind::AdminKeyCreated, EventKind::AdminKeyRevoked, EventKind::AdminKeyRevoked].map(sample_operator_event);
    stores.admin_keys.create(key.clone(), made.clone()).await.expect("the store works");
    assert!(stores.admin_keys.revoke(key.id, revoked.clone()).await.expect("the store works"), "it was live");
    assert!(!stores.admin_keys.revoke(key.id, again).await.expect("the store works"), "it was revoked");
    let mut expected = [&made, &revoked].map(expected);
    expected.sort_by_key(|event| event.id);
    let mut found = told(&stores, &everything()).await;
    found.sort_by_key(|event| event.id);
    assert_eq!(found, expected, "left: told, right: recorded");
}

fn expected(event: &NewEvent) -> OutgoingEvent {
    OutgoingEvent::of(event).expect("it is told")
}
