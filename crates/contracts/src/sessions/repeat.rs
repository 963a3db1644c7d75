//! Promises of `begin_repeated`.

use auth_domain::secret_bytes::SecretHash;
use auth_domain::sessions::NewSession;
use auth_ports::{BeginSession, Halt, Halted as _, RepeatRefusal};

use super::acts::{block, end, is_alive, is_success, rotate, signed_in, signed_up};
use crate::events::{assert_not_recorded, assert_recorded};
use crate::samples::{SampleAccount, at, sample_begin, sample_rotate, sample_session, start, unique_bytes};
use crate::{Stores, race};

/// A repeated sign-up gets its own session; the first one stays alive.
pub async fn a_repetition_begins_one_more_session(stores: Stores) {
    let sample = signed_up(&stores).await;
    let session = repetition(&sample.account.session);
    assert_eq!(repeat(&stores, &session).await, Ok(()), "right after the sign-up");
    for (which, session) in [("first", &sample.account.session), ("repeated", &session)] {
        assert!(is_alive(&stores, session).await, "the {which} session is not alive");
    }
}

/// Sessions that were never used do not prevent another repetition.
pub async fn a_repetition_may_be_repeated(stores: Stores) {
    let sample = signed_up(&stores).await;
    for n in 1..=3 {
        let session = repetition(&sample.account.session);
        assert_eq!(repeat(&stores, &session).await, Ok(()), "repetition {n}");
        assert!(is_alive(&stores, &session).await, "the session of repetition {n} is not alive");
    }
}

/// However often a request is repeated, the number of its sessions stays limited; the user's other sessions stay.
pub async fn repetitions_above_the_limit_take_the_place_of_the_oldest(stores: Stores) {
    let first = signed_up(&stores).await.account.session;
    let other = NewSession { paid_by: None, ..sample_session(first.user) };
    stores.sessions.begin(sample_begin(other.clone())).await.expect("begun");
    let mut sessions = vec![first.clone()];
    for second in 1..=3 {
        let latest = NewSession { created_at: at(second), ..repetition(&first) };
        let begin = BeginSession { max_per_user: 2, ..sample_begin(latest.clone()) };
        let outcome = stores.sessions.begin_repeated(begin).await.decided().expect("the store works");
        assert_eq!(outcome, Ok(()), "repetition {second}");
        sessions.push(latest);
        let alive = sessions.len().saturating_sub(2);
        for (place, session) in sessions.iter().enumerate() {
            assert_eq!(
                is_alive(&stores, session).await,
                place >= alive,
                "whether session {place} is alive after repetition {second}"
            );
        }
    }
    assert!(is_alive(&stores, &other).await, "a session that another proof paid for ended");
}

/// The event is recorded.
pub async fn a_repetition_records_its_event(stores: Stores) {
    let first = signed_up(&stores).await.account.session;
    let begin = sample_begin(repetition(&first));
    let begun = stores.sessions.begin_repeated(begin.clone()).await.decided().expect("the store works");
    assert_eq!(begun, Ok(()), "right after the sign-up");
    assert_recorded(&stores, &begin.event).await;
}

/// An unknown user is refused, and nothing is stored: the ids are still free afterwards.
pub async fn an_unknown_user_begins_nothing(stores: Stores) {
    let sample = SampleAccount::new().with_email();
    let account = &sample.account;
    let outcome = stores.sessions.begin_repeated(sample_begin(account.session.clone())).await;
    assert_eq!(outcome.decided().expect("the store works"), Err(RepeatRefusal), "an unknown user");
    let outcome = stores.try_sign_up(&sample).await;
    assert!(outcome.is_ok(), "the refusal left something in the way: {outcome:?}");
}

/// Concurrent repetitions of an impatient client all succeed.
pub async fn repetitions_at_once_all_begin(stores: Stores) {
    let first = signed_up(&stores).await.account.session;
    let wanted: Vec<_> = (0..20).map(|_| repetition(&first)).collect();
    let repeating = wanted.iter().cloned().map(|session| {
        let sessions = stores.sessions.clone();
        async move { sessions.begin_repeated(sample_begin(session.clone())).await.decided().expect("the store works") }
    });
    for (outcome, session) in race(repeating).await.into_iter().zip(&wanted) {
        assert_eq!(outcome, Ok(()), "one of the concurrent repetitions");
        assert!(is_alive(&stores, session).await, "a session that began is not alive");
    }
}

/// An existing session is never replaced, and the failure records no event.
pub async fn a_session_id_in_use_is_not_taken_over(stores: Stores) {
    let sample = signed_up(&stores).await;
    let (first, event) = (sample.account.session, signed_in(sample.account.id));
    let mut intruder = repetition(&first);
    (intruder.id, intruder.expires_at) = (first.id, intruder.created_at);
    let begin = BeginSession { event: event.clone(), ..sample_begin(intruder) };
    let outcome = stores.sessions.begin_repeated(begin).await;
    assert!(matches!(outcome, Err(Halt::Failed(_))), "a session id in use: {outcome:?}");
    assert!(is_alive(&stores, &first).await, "the existing session was replaced");
    assert_not_recorded(&stores, &event).await;
}

/// Session and event are stored together: neither is stored without the other.
pub async fn an_event_that_cannot_be_recorded_begins_nothing(stores: Stores) {
    let sample = signed_up(&stores).await;
    let session = repetition(&sample.account.session);
    let begin = BeginSession { event: sample.account.event, ..sample_begin(session.clone()) };
    let outcome = stores.sessions.begin_repeated(begin).await;
    assert!(matches!(outcome, Err(Halt::Failed(_))), "an event id in use: {outcome:?}");
    assert!(!is_alive(&stores, &session).await, "a session began without its event");
}

/// Only an active user may repeat a request.
pub async fn a_blocked_user_repeats_nothing(stores: Stores) {
    let first = signed_up(&stores).await.account.session;
    block(&stores, first.user).await;
    assert_refused(&stores, &repetition(&first), "a blocked user").await;
}

/// A refresh of any session that the same proof paid for shows that a response arrived.
pub async fn nobody_repeats_after_a_refresh(stores: Stores) {
    for session in first_and_second(&stores).await {
        let rotation = rotate(&stores, sample_rotate(&session, 0, start())).await;
        assert!(is_success(&rotation), "the first refresh: {rotation:?}");
        assert_refused(&stores, &repetition(&session), "a user with a refreshed session").await;
    }
}

/// A user who has ended any session of a proof does not get another one by repeating the request.
pub async fn nobody_repeats_after_an_end(stores: Stores) {
    for session in first_and_second(&stores).await {
        assert!(end(&stores, &session).await, "the session was alive");
        assert_refused(&stores, &repetition(&session), "a user with an ended session").await;
    }
}

/// Sessions that another proof paid for, or no proof, do not matter.
pub async fn sessions_of_other_proofs_do_not_matter(stores: Stores) {
    let first = signed_up(&stores).await.account.session;
    let without_proof = sample_session(first.user);
    let of_another_proof =
        NewSession { paid_by: Some(SecretHash::of(&unique_bytes::<32>())), ..sample_session(first.user) };
    for session in [&without_proof, &of_another_proof] {
        let mut begin = sample_begin(session.clone());
        begin.payment = None;
        stores.sessions.begin(begin).await.expect("an active user begins a session");
        let rotation = rotate(&stores, sample_rotate(session, 0, start())).await;
        assert!(is_success(&rotation), "the first refresh: {rotation:?}");
        assert!(end(&stores, session).await, "the session was alive");
        assert_refused(&stores, &repetition(session), "a repetition of the session that was refreshed and ended").await;
    }
    assert_eq!(repeat(&stores, &repetition(&first)).await, Ok(()), "no session of this proof was refreshed or ended");
}

/// Only the user's own status and sessions matter.
pub async fn other_users_pasts_do_not_matter(stores: Stores) {
    let mut people = Vec::new();
    for _ in 0..4 {
        people.push(signed_up(&stores).await.account.session);
    }
    let [refreshed, ended, blocked, untouched] = &people[..] else { unreachable!("there are four") };
    let rotation = rotate(&stores, sample_rotate(refreshed, 0, start())).await;
    assert!(is_success(&rotation), "the first refresh: {rotation:?}");
    assert!(end(&stores, ended).await, "the session was alive");
    block(&stores, blocked.user).await;
    for other in [refreshed, ended, blocked] {
        let session = NewSession { paid_by: other.paid_by, ..repetition(untouched) };
        assert_eq!(repeat(&stores, &session).await, Ok(()), "a user with only a first session");
    }
}

/// One more session for the same proof.
fn repetition(session: &NewSession) -> NewSession {
    NewSession { paid_by: session.paid_by, ..sample_session(session.user) }
}

async fn repeat(stores: &Stores, session: &NewSession) -> Result<(), RepeatRefusal> {
    stores.sessions.begin_repeated(sample_begin(session.clone())).await.decided().expect("the store works")
}

/// The first of two sessions of one user, and the second of two sessions of another user.
async fn first_and_second(stores: &Stores) -> [NewSession; 2] {
    let (one, other) = (signed_up(stores).await.account.session, signed_up(stores).await.account.session);
    let seconds = [repetition(&one), repetition(&other)];
    for second in &seconds {
        assert_eq!(repeat(stores, second).await, Ok(()), "right after the sign-up");
    }
    let [_, second] = seconds;
    [one, second]
}

async fn assert_refused(stores: &Stores, session: &NewSession, who: &str) {
    assert_eq!(repeat(stores, session).await, Err(RepeatRefusal), "{who}");
    assert!(!is_alive(stores, session).await, "the refused session of {who} is alive");
}
