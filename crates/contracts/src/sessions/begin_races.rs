//! Promises of `begin`, with many concurrent calls.

use auth_domain::accounts::{UserId, UserStatus};
use auth_domain::events::EventKind;
use auth_domain::proofs::{NewProof, ProofState};
use auth_domain::sessions::NewSession;
use auth_ports::{BeginRefusal, BeginSession, Halt};

use super::acts::{is_alive, listed_ids, signed_up};
use crate::events::{assert_not_recorded, assert_recorded};
use crate::race::race_both;
use crate::samples::{
    at, pay_with, sample_begin, sample_event, sample_proof, sample_session, sample_session_paid_by, start,
};
use crate::{Stores, race};

const RACERS: usize = 50;

/// Fifty users try to begin a session with one proof.
pub async fn of_fifty_beginnings_with_one_proof_one_wins(stores: Stores) {
    let [proof, _] = two_proofs(&stores).await;
    let mut wanted = Vec::new();
    for _ in 0..RACERS {
        wanted.push(sample_begin(sample_session_paid_by(signed_up(&stores).await.account.id, proof.hash)));
    }
    let winner = assert_one_wins(&stores, wanted).await;
    let state = stores.proof(&proof.hash).await.state;
    let is_winners = matches!(&state, ProofState::Spent(spending) if spending.user == winner);
    assert!(is_winners, "the proof was spent by {winner}, but is {state:?}");
}

/// Fifty sessions of one user are paid for with the same two proofs, in either order.
pub async fn of_fifty_beginnings_with_two_proofs_in_either_order_one_wins(stores: Stores) {
    let user = signed_up(&stores).await.account.id;
    let [one, other] = two_proofs(&stores).await;
    let wanted = (0..RACERS).map(|n| {
        let mut begin = sample_begin(sample_session_paid_by(user, one.hash));
        pay_with(&mut begin.payment, other.hash);
        begin.payment.iter_mut().for_each(|payment| payment.proofs.rotate_left(n % 2));
        begin
    });
    assert_one_wins(&stores, wanted.collect()).await;
}

/// Thirty devices of one user sign in concurrently, with a limit of five: all begin, five remain.
pub async fn beginnings_at_once_stay_within_the_limit(stores: Stores) {
    let user = signed_up(&stores).await.account.id;
    let wanted: Vec<_> = (0..30)
        .map(|second| NewSession { created_at: at(second), ..sample_session(user) })
        .map(|session| BeginSession { max_per_user: 5, ..sample_begin(session) })
        .collect();
    for outcome in begin_all(&stores, &wanted).await {
        assert!(outcome.is_ok(), "one of several devices: {outcome:?}");
    }
    let live = listed_ids(&stores, user, at(30)).await;
    assert_eq!(live.len(), 5, "live sessions of a user who may have five");
}

/// A user signs in while an operator blocks them: whichever comes first, no session stays alive.
pub async fn no_session_outlives_a_block_at_once(stores: Stores) {
    for round in 0..20 {
        let user = signed_up(&stores).await.account.id;
        let begin = sample_begin(sample_session(user));
        let (sessions, users) = (stores.sessions.clone(), stores.users.clone());
        let beginning = async move { sessions.begin(begin).await };
        let event = sample_event(user, EventKind::UserBlocked);
        let blocking = async move { users.set_status(user, UserStatus::Blocked, event, start()).await };
        let (begun, blocked) = race_both(beginning, blocking).await;
        assert!(
            matches!(begun, Ok(()) | Err(Halt::Refused(BeginRefusal::Inactive))),
            "round {round}: the sign-in: {begun:?}"
        );
        assert!(matches!(blocked, Ok(true)), "round {round}: the block: {blocked:?}");
        let live = listed_ids(&stores, user, start()).await;
        assert!(live.is_empty(), "round {round}: a blocked user has live sessions: {live:?}");
    }
}

async fn two_proofs(stores: &Stores) -> [NewProof; 2] {
    let proofs = [sample_proof(), sample_proof()];
    for proof in &proofs {
        stores.proofs.create(proof.clone()).await.expect("stored");
    }
    proofs
}

async fn begin_all(stores: &Stores, wanted: &[BeginSession]) -> Vec<Result<(), Halt<BeginRefusal>>> {
    race(wanted.iter().cloned().map(|begin| {
        let sessions = stores.sessions.clone();
        async move { sessions.begin(begin).await }
    }))
    .await
}

/// Asserts that exactly one session begins, complete, and that the others find the proof spent and store nothing.
/// Returns the winner's user.
async fn assert_one_wins(stores: &Stores, wanted: Vec<BeginSession>) -> UserId {
    let mut winners = Vec::new();
    for (outcome, begin) in begin_all(stores, &wanted).await.into_iter().zip(&wanted) {
        assert_eq!(
            is_alive(stores, &begin.session).await,
            outcome.is_ok(),
            "whether it is alive, with the outcome {outcome:?}"
        );
        match outcome {
            Ok(()) => {
                assert_recorded(stores, &begin.event).await;
                winners.push(begin.session.user);
            }
            Err(error) => {
                assert!(matches!(error, Halt::Refused(BeginRefusal::ProofUnusable)), "a loser saw {error:?}");
                assert_not_recorded(stores, &begin.event).await;
            }
        }
    }
    assert_eq!(winners.len(), 1, "of {RACERS} at once exactly one wins");
    winners[0]
}
