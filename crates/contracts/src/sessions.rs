//! Promises of `SessionStore`. Those about blocked users and about sessions that were refreshed or
//! ended are among the [`interventions`](crate::interventions).

use auth_domain::events::{EventKind, NewEvent};
use auth_domain::sessions::NewSession;
use auth_domain::users::UserId;
use auth_ports::BeginOutcome;

use crate::samples::{SampleAccount, sample_event, sample_session};
use crate::{Stores, race};

/// Stamps the promises of `SessionStore` into an adapter's tests. The argument is an async function
/// that makes fresh [`Stores`] and a guard.
#[macro_export]
macro_rules! sessions {
    ($make:expr) => {
        $crate::stamp!(
            run,
            sessions,
            $make,
            [
                a_repetition_begins_one_more_session,
                a_repetition_may_be_repeated,
                a_repetition_records_its_event,
                an_unknown_user_begins_nothing,
                repetitions_at_once_all_begin,
                a_session_id_in_use_is_not_taken_over,
                an_event_that_cannot_be_recorded_begins_nothing,
            ]
        );
    };
}

/// The repeated sign-up gets a session of its own beside the first.
pub async fn a_repetition_begins_one_more_session(stores: Stores) {
    let sample = signed_up(&stores).await;
    let session = sample_session(sample.account.id);
    assert_eq!(repeat(&stores, &session).await, BeginOutcome::Begun, "right after the sign-up");
    for (which, session) in [("first", &sample.account.session), ("repeated", &session)] {
        assert!(is_alive(&stores, session).await, "the {which} session is not alive");
    }
}

/// Sessions that were merely begun stand in nobody's way.
pub async fn a_repetition_may_be_repeated(stores: Stores) {
    let sample = signed_up(&stores).await;
    for n in 1..=3 {
        let session = sample_session(sample.account.id);
        assert_eq!(repeat(&stores, &session).await, BeginOutcome::Begun, "repetition {n}");
        assert!(is_alive(&stores, &session).await, "the session of repetition {n} is not alive");
    }
}

/// The event is recorded. No port reads events; that its key is in use tells.
pub async fn a_repetition_records_its_event(stores: Stores) {
    let id = signed_up(&stores).await.account.id;
    let event = signed_in(id);
    let begun = stores.sessions.begin_repeated(sample_session(id), event.clone()).await.expect("the store works");
    assert_eq!(begun, BeginOutcome::Begun, "right after the sign-up");
    let again = stores.sessions.begin_repeated(sample_session(id), event).await;
    assert!(again.is_err(), "the event was not there: its key was free");
}

/// An unknown user is refused, and nothing is stored: the same ids are free afterwards.
pub async fn an_unknown_user_begins_nothing(stores: Stores) {
    let sample = SampleAccount::new().with_email();
    let account = &sample.account;
    let outcome = stores.sessions.begin_repeated(account.session.clone(), account.event.clone()).await;
    assert_eq!(outcome.expect("the store works"), BeginOutcome::Refused, "an unknown user");
    let outcome = stores.try_sign_up(&sample).await;
    assert!(outcome.is_ok(), "the refusal left something in the way: {outcome:?}");
}

/// A client that retries impatiently is served each time.
pub async fn repetitions_at_once_all_begin(stores: Stores) {
    let id = signed_up(&stores).await.account.id;
    let wanted: Vec<_> = (0..20).map(|_| sample_session(id)).collect();
    let repeating = wanted.iter().cloned().map(|session| {
        let sessions = stores.sessions.clone();
        async move { sessions.begin_repeated(session, signed_in(id)).await.expect("the store works") }
    });
    for (outcome, session) in race(repeating).await.into_iter().zip(&wanted) {
        assert_eq!(outcome, BeginOutcome::Begun, "one of the repetitions at once");
        assert!(is_alive(&stores, session).await, "a session that begun is not alive");
    }
}

/// A session that is there is never replaced, and the failure records no event.
pub async fn a_session_id_in_use_is_not_taken_over(stores: Stores) {
    let sample = signed_up(&stores).await;
    let (first, event) = (sample.account.session, signed_in(sample.account.id));
    let mut intruder = sample_session(first.user);
    (intruder.id, intruder.expires_at) = (first.id, intruder.created_at);
    let outcome = stores.sessions.begin_repeated(intruder, event.clone()).await;
    assert!(outcome.is_err(), "a session id in use: {outcome:?}");
    assert!(is_alive(&stores, &first).await, "the session that was there was replaced");
    let outcome = stores.sessions.begin_repeated(sample_session(first.user), event).await;
    assert!(outcome.is_ok(), "the failure left its event: {outcome:?}");
}

/// Session and event are stored together: without the one there is not the other.
pub async fn an_event_that_cannot_be_recorded_begins_nothing(stores: Stores) {
    let sample = signed_up(&stores).await;
    let session = sample_session(sample.account.id);
    let outcome = stores.sessions.begin_repeated(session.clone(), sample.account.event).await;
    assert!(outcome.is_err(), "an event that is there already: {outcome:?}");
    assert!(!is_alive(&stores, &session).await, "a session began without its event");
}

fn signed_in(user: UserId) -> NewEvent {
    sample_event(user, EventKind::SignedIn)
}

async fn signed_up(stores: &Stores) -> SampleAccount {
    let sample = SampleAccount::new().with_email();
    stores.sign_up(&sample).await;
    sample
}

pub(crate) async fn repeat(stores: &Stores, session: &NewSession) -> BeginOutcome {
    stores.sessions.begin_repeated(session.clone(), signed_in(session.user)).await.expect("the store works")
}

pub(crate) async fn is_alive(stores: &Stores, session: &NewSession) -> bool {
    let found = stores.accounts.find_in_session(session.user, session.id, session.created_at).await;
    found.expect("the store works").is_some()
}
