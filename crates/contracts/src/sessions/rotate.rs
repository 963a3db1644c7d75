//! Promises of `rotate`, one use after another.

use auth_domain::events::EventKind;
use auth_domain::secret_bytes::SecretHash;
use auth_domain::sessions::{NewSession, RotationDecision, Session, decide_rotation};
use auth_ports::{RotateRequest, Rotation};
use chrono::TimeDelta;

use super::acts::{begun, block, end, is_alive, is_success, listed, rotate, signed_up};
use crate::Stores;
use crate::events::{assert_not_recorded, assert_recorded};
use crate::samples::{at, just_before, sample_event, sample_rotate, sample_session, start, unique_bytes};

const GRACE: TimeDelta = TimeDelta::seconds(10);

/// Earlier uses (generation and second), then one more use, its grace, and what it is worth.
type Row = (&'static str, &'static [(u32, i64)], (u32, i64), TimeDelta, RotationDecision);

/// The domain's rule and the store agree on every row.
#[rustfmt::skip]
const TABLE: [Row; 20] = [
    ("first use",                     &[],                         (0, 0),  GRACE, RotationDecision::Rotate),
    ("first use, late",               &[],                         (0, 99), GRACE, RotationDecision::Rotate),
    ("later use",                     &[(0, 0)],                   (1, 5),  GRACE, RotationDecision::Rotate),
    ("later use, after the grace",    &[(0, 0)],                   (1, 99), GRACE, RotationDecision::Rotate),
    ("lost response",                 &[(0, 0)],                   (0, 9),  GRACE, RotationDecision::Repeat),
    ("lost response, at once",        &[(0, 3)],                   (0, 3),  GRACE, RotationDecision::Repeat),
    ("lost response, repeatedly",     &[(0, 0), (0, 4), (0, 8)],   (0, 9),  GRACE, RotationDecision::Repeat),
    ("the clock was set back",        &[(0, 50)],                  (0, 2),  GRACE, RotationDecision::RepeatFromNow),
    ("set back, at the grace's end",  &[(0, 12)],                  (0, 2),  GRACE, RotationDecision::RepeatFromNow),
    ("set back, and used again",      &[(0, 50), (0, 2)],          (0, 11), GRACE, RotationDecision::Repeat),
    ("set back, and used too late",   &[(0, 50), (0, 2)],          (0, 12), GRACE, RotationDecision::Replay),
    ("set back, two generations old", &[(0, 50), (1, 50)],         (0, 2),  GRACE, RotationDecision::Replay),
    ("set back, later use",           &[(0, 50), (1, 2)],          (1, 12), GRACE, RotationDecision::Replay),
    ("exactly at the grace's end",    &[(0, 0)],                   (0, 10), GRACE, RotationDecision::Replay),
    ("long after the grace",          &[(0, 0)],                   (0, 99), GRACE, RotationDecision::Replay),
    ("repeated until it is too late", &[(0, 0), (0, 9)],           (0, 11), GRACE, RotationDecision::Replay),
    ("two generations old",           &[(0, 0), (1, 0)],           (0, 0),  GRACE, RotationDecision::Replay),
    ("many generations old",          &[(0, 0), (1, 0), (2, 0)],   (0, 1),  GRACE, RotationDecision::Replay),
    ("grace switched off",            &[(0, 0)],                   (0, 0),  TimeDelta::zero(), RotationDecision::Replay),
    ("switched off, and set back",    &[(0, 50)],                  (0, 2),  TimeDelta::zero(), RotationDecision::Replay),
];

/// A use is worth the same by the domain's rule and by the store.
pub async fn rotates_by_the_domains_table(stores: Stores) {
    for (what, before, (generation, second), grace, decision) in TABLE {
        let session = signed_up(&stores).await.account.session;
        let (mut current, mut rotated_at) = (0, None);
        for (generation, second) in before {
            let rotation = use_token(&stores, &session, *generation, *second, GRACE).await;
            assert!(is_success(&rotation), "{what}, before: {rotation:?}");
            if *generation == current {
                (current, rotated_at) = (current + 1, Some(at(*second)));
            } else {
                rotated_at = rotated_at.min(Some(at(*second)));
            }
        }
        let rule = decide_rotation(current, rotated_at, generation, grace, at(second), true);
        assert_eq!(rule, decision, "the rule: {what}");
        let rotation = use_token(&stores, &session, generation, second, grace).await;
        assert_eq!(rotation, expected(&session, decision), "the store: {what}");
    }
}

/// The outcome holds what tokens are made of: what the session began with.
pub async fn a_rotation_tells_about_its_session(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    for (generation, second) in [(0, 1), (0, 2), (1, 3)] {
        let rotation = use_token(&stores, &session, generation, second, GRACE).await;
        assert_eq!(rotation, expected(&session, RotationDecision::Rotate), "generation {generation} at {second}");
    }
}

/// Each use of the current token makes the next generation current, and the list says when.
pub async fn a_rotation_moves_on_by_one_generation(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    let never = found(&stores, &session).await;
    assert_eq!((never.generation, never.rotated_at), (0, None), "a session that was never refreshed");
    for generation in 0..5 {
        let second = i64::from(generation) * 100;
        let rotation = use_token(&stores, &session, generation, second, GRACE).await;
        assert!(is_success(&rotation), "generation {generation}: {rotation:?}");
        let found = found(&stores, &session).await;
        let refreshed = (found.generation, found.rotated_at);
        assert_eq!(refreshed, (generation + 1, Some(at(second))), "how often it was refreshed, and when it last was");
    }
}

/// A repetition does not advance the session: the successor stays current.
pub async fn a_repetition_yields_the_same_generation(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    for (generation, second) in [(0, 0), (0, 1), (0, 2), (1, 100), (1, 101), (2, 200)] {
        let rotation = use_token(&stores, &session, generation, second, GRACE).await;
        assert!(is_success(&rotation), "generation {generation} at second {second}: {rotation:?}");
    }
}

/// The grace counts from the first use, however often the token is used again within it.
pub async fn a_repetition_does_not_lengthen_the_grace(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    for second in [0, 5, 9] {
        let rotation = use_token(&stores, &session, 0, second, GRACE).await;
        assert!(is_success(&rotation), "at second {second}: {rotation:?}");
    }
    let repeated = found(&stores, &session).await;
    assert_eq!((repeated.generation, repeated.rotated_at), (1, Some(at(0))), "how often it was refreshed, and when");
    assert_eq!(use_token(&stores, &session, 0, 10, GRACE).await, Rotation::Replayed, "ten seconds after the first");
}

/// Whoever guesses a seed learns nothing and ends nothing, whichever generation they name.
pub async fn another_seed_is_unknown_and_harms_nothing(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    for generation in 0..2 {
        let rotation = use_token(&stores, &session, generation, 0, GRACE).await;
        assert!(is_success(&rotation), "generation {generation}: {rotation:?}");
    }
    let forged = NewSession { seed: SecretHash::of(&unique_bytes::<16>()), ..session.clone() };
    for generation in 0..=3 {
        let rotation = use_token(&stores, &forged, generation, 99, GRACE).await;
        assert_eq!(rotation, Rotation::Unknown, "another seed, generation {generation}");
    }
    let rotation = use_token(&stores, &session, 2, 99, GRACE).await;
    assert!(is_success(&rotation), "the genuine token after the forged ones: {rotation:?}");
}

/// A token of a session that never began is unknown.
pub async fn an_unknown_session_is_unknown(stores: Stores) {
    let first = signed_up(&stores).await.account.session;
    let unknown = NewSession { seed: first.seed, ..sample_session(first.user) };
    assert_eq!(use_token(&stores, &unknown, 0, 0, GRACE).await, Rotation::Unknown, "an unknown session");
}

/// A session rotates only for its own user.
pub async fn another_users_session_is_unknown(stores: Stores) {
    let (one, other) = (signed_up(&stores).await.account.session, signed_up(&stores).await.account.session);
    let borrowed = NewSession { user: other.user, ..one.clone() };
    assert_eq!(use_token(&stores, &borrowed, 0, 0, GRACE).await, Rotation::Unknown, "another user's session");
    let rotation = use_token(&stores, &one, 0, 0, GRACE).await;
    assert!(is_success(&rotation), "the session was advanced for somebody else: {rotation:?}");
}

/// A token that has not been issued yet (which a database restored from a backup may meet) ends nothing.
pub async fn a_generation_that_is_not_yet_is_unknown_and_harms_nothing(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    for generation in [1, 2, u32::MAX] {
        let rotation = use_token(&stores, &session, generation, 0, GRACE).await;
        assert_eq!(rotation, Rotation::Unknown, "generation {generation} of a new session");
    }
    let rotation = use_token(&stores, &session, 0, 0, GRACE).await;
    assert!(is_success(&rotation), "the current token: {rotation:?}");
}

/// A session is alive at its last instant.
pub async fn a_session_rotates_until_its_last_instant(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    let rotation = rotate(&stores, sample_rotate(&session, 0, just_before(session.expires_at))).await;
    assert!(is_success(&rotation), "a session ended before it expired: {rotation:?}");
}

/// A session has ended at the very instant at which it expires, for its current token and for used ones.
pub async fn an_expired_session_is_unknown(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    let rotation = rotate(&stores, sample_rotate(&session, 0, just_before(session.expires_at))).await;
    assert!(is_success(&rotation), "at the last instant: {rotation:?}");
    for generation in [1, 0] {
        let rotation = rotate(&stores, sample_rotate(&session, generation, session.expires_at)).await;
        assert_eq!(rotation, Rotation::Unknown, "generation {generation} when the session has expired");
    }
}

/// The end of a session is fixed when it begins.
pub async fn rotation_does_not_lengthen_a_session(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    let rotation = rotate(&stores, sample_rotate(&session, 0, just_before(session.expires_at))).await;
    assert_eq!(rotation, expected(&session, RotationDecision::Rotate), "expires when it would have anyway");
    let found = listed(&stores, session.user, session.expires_at).await;
    assert!(found.is_empty(), "alive after it expired: {found:?}");
}

/// A session that its user ended cannot be refreshed, and nothing is revealed about its tokens.
pub async fn an_ended_session_is_unknown(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    let rotation = use_token(&stores, &session, 0, 0, GRACE).await;
    assert!(is_success(&rotation), "first use: {rotation:?}");
    assert!(end(&stores, &session).await, "the session was alive");
    for (generation, second) in [(1, 1), (0, 1), (0, 99)] {
        let request = request(&session, generation, second, GRACE);
        let rotation = rotate(&stores, request.clone()).await;
        assert_eq!(rotation, Rotation::Unknown, "generation {generation} of an ended session");
        assert_not_recorded(&stores, &request.replay_event).await;
    }
}

/// The session whose used token came back ends; the user's other sessions stay alive.
pub async fn a_replay_ends_the_session_alone(stores: Stores) {
    let session = replayable(&stores).await;
    let other = begun(&stores, session.user, at(1)).await;
    assert_eq!(use_token(&stores, &session, 0, 99, GRACE).await, Rotation::Replayed, "a used token");
    assert!(!is_alive(&stores, &session).await, "a session whose used token came back is alive");
    assert!(is_alive(&stores, &other).await, "a session ended because of another session's token");
    let ids: Vec<_> = listed(&stores, session.user, at(99)).await.into_iter().map(|session| session.id).collect();
    assert_eq!(ids, [other.id], "live sessions");
}

/// The event is recorded as given, with the origin of whoever presented the used token.
pub async fn a_replay_records_its_event(stores: Stores) {
    let session = replayable(&stores).await;
    let mut request = request(&session, 0, 99, GRACE);
    request.replay_event.detail = Some("generation 0".into());
    if let auth_domain::events::Actor::User(origin) = &mut request.replay_event.actor {
        origin.network = auth_domain::origin::Network::of([192, 0, 2, 7].into());
    }
    assert_eq!(rotate(&stores, request.clone()).await, Rotation::Replayed, "a used token");
    assert_recorded(&stores, &request.replay_event).await;
}

/// Neither uses and repetitions nor unknown tokens record anything.
pub async fn only_a_replay_records_an_event(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    let forged = NewSession { seed: SecretHash::of(&unique_bytes::<16>()), ..session.clone() };
    for (what, session, generation) in [
        ("a first use", &session, 0),
        ("a repetition", &session, 0),
        ("a later use", &session, 1),
        ("a forgery", &forged, 0),
    ] {
        let request = request(session, generation, 1, GRACE);
        let rotation = rotate(&stores, request.clone()).await;
        assert_ne!(rotation, Rotation::Replayed, "{what}");
        assert_not_recorded(&stores, &request.replay_event).await;
    }
}

/// Afterwards neither the thief's token nor the genuine one is worth anything, whatever the clock says.
pub async fn nothing_rotates_after_a_replay(stores: Stores) {
    let session = replayable(&stores).await;
    assert_eq!(use_token(&stores, &session, 0, 99, GRACE).await, Rotation::Replayed, "a used token");
    for second in [99, 100, 1, 500] {
        for generation in [1, 0, 2] {
            let rotation = use_token(&stores, &session, generation, second, GRACE).await;
            assert_eq!(rotation, Rotation::Unknown, "generation {generation} at {second}, after a replay");
        }
    }
}

/// The event and the end are stored together: neither is stored without the other.
pub async fn a_replay_that_cannot_be_recorded_ends_nothing(stores: Stores) {
    let session = replayable(&stores).await;
    let there = sample_event(session.user, EventKind::SignedIn);
    stores.events.record(there.clone()).await.expect("recorded");
    let mut replay = request(&session, 0, 99, GRACE);
    replay.replay_event.id = there.id;
    let outcome = stores.sessions.rotate(replay).await;
    assert!(outcome.is_err(), "an event id in use: {outcome:?}");
    assert!(is_alive(&stores, &session).await, "a session ended without its event");
}

/// However far the clock is set back between two uses, the current token is good, and so is the one
/// before it.
pub async fn a_clock_that_steps_back_logs_nobody_out(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    for (generation, second) in [(0, 5_000), (0, 40), (1, 30), (1, 5), (2, 4), (2, 13)] {
        let rotation = use_token(&stores, &session, generation, second, GRACE).await;
        assert!(is_success(&rotation), "generation {generation} at second {second}: {rotation:?}");
    }
}

/// The time of a use that a clock running ahead has stored is believed once: the grace then counts from the repetition.
pub async fn a_clock_that_ran_ahead_lengthens_no_grace(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    for (second, stored) in [(5_000, 5_000), (40, 40), (45, 40)] {
        let rotation = use_token(&stores, &session, 0, second, GRACE).await;
        assert!(is_success(&rotation), "at second {second}: {rotation:?}");
        let found = found(&stores, &session).await;
        assert_eq!((found.generation, found.rotated_at), (1, Some(at(stored))), "after the use at second {second}");
    }
    let request = request(&session, 0, 60, GRACE);
    assert_eq!(rotate(&stores, request.clone()).await, Rotation::Replayed, "ten seconds after the clock was put right");
    assert_recorded(&stores, &request.replay_event).await;
    assert!(!is_alive(&stores, &session).await, "a session whose used token came back is alive");
}

/// Nor does it when the current token is used first, which stores the time as it is now.
pub async fn the_current_token_puts_the_time_of_its_use_right(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    for (generation, second) in [(0, 5_000), (1, 40), (1, 49)] {
        let rotation = use_token(&stores, &session, generation, second, GRACE).await;
        assert!(is_success(&rotation), "generation {generation} at second {second}: {rotation:?}");
    }
    assert_eq!(found(&stores, &session).await.rotated_at, Some(at(40)), "when it was last refreshed");
    assert_eq!(use_token(&stores, &session, 1, 50, GRACE).await, Rotation::Replayed, "ten seconds after its use");
}

/// An operator's block takes effect at the next refresh.
pub async fn a_blocked_user_rotates_nothing(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    block(&stores, session.user).await;
    assert_eq!(use_token(&stores, &session, 0, 0, GRACE).await, Rotation::Unknown, "a blocked user's token");
}

fn request(session: &NewSession, generation: u32, second: i64, grace: TimeDelta) -> RotateRequest {
    RotateRequest { grace, ..sample_rotate(session, generation, at(second)) }
}

async fn use_token(stores: &Stores, session: &NewSession, generation: u32, second: i64, grace: TimeDelta) -> Rotation {
    rotate(stores, request(session, generation, second, grace)).await
}

/// A session whose first token was used at the start.
async fn replayable(stores: &Stores) -> NewSession {
    let session = signed_up(stores).await.account.session;
    let rotation = use_token(stores, &session, 0, 0, GRACE).await;
    assert!(is_success(&rotation), "first use: {rotation:?}");
    session
}

async fn found(stores: &Stores, session: &NewSession) -> Session {
    let sessions = listed(stores, session.user, start()).await;
    sessions.into_iter().find(|found| found.id == session.id).expect("it is alive")
}

fn expected(session: &NewSession, decision: RotationDecision) -> Rotation {
    match decision {
        RotationDecision::Rotate | RotationDecision::Repeat | RotationDecision::RepeatFromNow => Rotation::Succeeded {
            client: session.origin.client.clone(),
            scope: session.scope,
            method: session.method.clone(),
            expires_at: session.expires_at,
        },
        RotationDecision::Replay => Rotation::Replayed,
    }
}
