//! Promises of `rotate`, with many concurrent calls.

use auth_domain::sessions::NewSession;
use auth_ports::{RotateRequest, Rotation};
use chrono::TimeDelta;

use super::acts::{is_alive, is_success, listed, rotate, signed_up};
use crate::samples::{at, sample_rotate};
use crate::{Stores, race};

const RACERS: usize = 50;

/// Fifty tabs of one browser all get the same successor, and the session advances by one generation.
pub async fn of_fifty_uses_of_one_token_all_succeed(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    for generation in 0..3 {
        let second = i64::from(generation) * 100;
        for rotation in rotate_all(&stores, &vec![sample_rotate(&session, generation, at(second)); RACERS]).await {
            assert!(is_success(&rotation), "one of fifty uses of generation {generation}: {rotation:?}");
        }
        let listed = listed(&stores, session.user, at(second)).await;
        assert_eq!(listed[0].generation, generation + 1, "fifty uses advance the session by one generation");
    }
    let rotation = rotate(&stores, sample_rotate(&session, 3, at(1_000))).await;
    assert!(is_success(&rotation), "the successor, long afterwards: {rotation:?}");
}

/// Replicas whose clocks differ by a little repeat what one whose clock ran far ahead has stored. In whatever order they
/// come, the grace counts from the earliest.
pub async fn of_fifty_repetitions_after_a_clock_ran_ahead_the_earliest_counts(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    let rotation = rotate(&stores, sample_rotate(&session, 0, at(5_000))).await;
    assert!(is_success(&rotation), "first use: {rotation:?}");
    let repetitions: Vec<_> = (0..RACERS).map(|n| sample_rotate(&session, 0, at([43, 40][n % 2]))).collect();
    for rotation in rotate_all(&stores, &repetitions).await {
        assert!(is_success(&rotation), "one of fifty repetitions: {rotation:?}");
    }
    let listed = listed(&stores, session.user, at(43)).await;
    assert_eq!((listed[0].generation, listed[0].rotated_at), (1, Some(at(40))), "how often it was refreshed, and when");
    assert!(is_success(&rotate(&stores, sample_rotate(&session, 0, at(49))).await), "within the grace");
    assert_eq!(rotate(&stores, sample_rotate(&session, 0, at(50))).await, Rotation::Replayed, "after it");
}

/// Without a grace, the first use wins and the second ends the session.
pub async fn of_fifty_uses_without_a_grace_one_succeeds(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    let outcomes = rotate_all(&stores, &uses(&session, 0, 0)).await;
    let count = |wanted: fn(&Rotation) -> bool| outcomes.iter().filter(|rotation| wanted(rotation)).count();
    assert_eq!(count(is_success), 1, "uses that succeeded");
    assert_eq!(count(|rotation| *rotation == Rotation::Replayed), 1, "uses that were told a replay");
    assert!(!is_alive(&stores, &session).await, "a session whose used token came back is alive");
}

/// However many copies of a used token come back concurrently, the session ends once, with one event.
pub async fn of_fifty_replays_one_is_told(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    let rotation = rotate(&stores, sample_rotate(&session, 0, at(0))).await;
    assert!(is_success(&rotation), "first use: {rotation:?}");
    let replays = uses(&session, 0, 99);
    let mut told = 0;
    for (rotation, replay) in rotate_all(&stores, &replays).await.into_iter().zip(&replays) {
        let is_recorded = stores.recorded(&replay.replay_event).await.is_some();
        assert_eq!(
            is_recorded,
            rotation == Rotation::Replayed,
            "whether there is an event, with the outcome {rotation:?}"
        );
        assert!(!is_success(&rotation), "a used token yielded a successor");
        told += usize::from(is_recorded);
    }
    assert_eq!(told, 1, "replays that were told and recorded");
}

/// Uses of one token without a grace, each with its own event.
fn uses(session: &NewSession, generation: u32, second: i64) -> Vec<RotateRequest> {
    let one = || RotateRequest { grace: TimeDelta::zero(), ..sample_rotate(session, generation, at(second)) };
    (0..RACERS).map(|_| one()).collect()
}

async fn rotate_all(stores: &Stores, requests: &[RotateRequest]) -> Vec<Rotation> {
    race(requests.iter().cloned().map(|request| {
        let sessions = stores.sessions.clone();
        async move { sessions.rotate(request).await.expect("the store works") }
    }))
    .await
}
