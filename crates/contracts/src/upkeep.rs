//! Promises of `UpkeepStore`.

use auth_domain::Timestamp;
use auth_domain::identifier::Identifier;
use auth_domain::limits::{Admission, LimitKey, Quota};
use auth_domain::proofs::NewProof;
use auth_domain::provider_flows::ProviderFlow;
use auth_domain::sessions::NewSession;
use auth_domain::verifications::{CountedTry, VerificationId};
use auth_ports::SendOutcome;
use chrono::TimeDelta;

use crate::Stores;
use crate::samples::{
    SampleAccount, at, just_before, sample_begin, sample_client, sample_email, sample_marks, sample_proof,
    sample_provider_flow, sample_rotate, sample_send_request, sample_session, start, unique,
};
use crate::sessions::{is_alive, is_success, rotate};

const QUOTA: Quota = Quota { burst: 1, per: TimeDelta::seconds(100) };

/// Stamps the promises of `UpkeepStore` into an adapter's tests. The argument is an async function
/// that makes fresh [`Stores`] and a guard.
#[macro_export]
macro_rules! upkeep {
    ($make:expr) => {
        $crate::stamp!(
            upkeep,
            $make,
            [
                sweeps_expired_sessions,
                sweeps_no_live_session,
                sweeps_expired_proofs,
                sweeps_expired_verifications,
                sweeps_expired_provider_flows,
                sweeps_unused_limits,
                sweeps_no_more_than_the_limit_of_each,
                sweeps_until_nothing_is_left,
                is_ready,
            ]
        );
    };
}

/// A store that works reports that it is ready.
pub async fn is_ready(stores: Stores) {
    let ready = stores.upkeep.check_ready().await;
    assert!(ready.is_ok(), "fresh stores are ready: {ready:?}");
}

/// A session that expired before the given instant is removed, which frees its id. One that expires at that very
/// instant stays.
pub async fn sweeps_expired_sessions(stores: Stores) {
    let session = session_until(&stores, at(100)).await;
    assert_eq!(sweep(&stores, at(100), 10).await, 0, "rows swept at the instant at which it expires");
    let taken = stores.sessions.begin(sample_begin(session.clone())).await;
    assert!(taken.is_err(), "a session that had not expired yet was swept: {taken:?}");
    assert_eq!(sweep(&stores, just_after(at(100)), 10).await, 1, "rows swept after it expired");
    let free = stores.sessions.begin(sample_begin(session)).await;
    assert!(free.is_ok(), "the id of a swept session: {free:?}");
}

/// A live session stays, however often it was refreshed.
pub async fn sweeps_no_live_session(stores: Stores) {
    let session = session_until(&stores, at(1_000)).await;
    let rotation = rotate(&stores, sample_rotate(&session, 0, start())).await;
    assert!(is_success(&rotation), "first use: {rotation:?}");
    sweep(&stores, at(999), 1_000).await;
    assert!(is_alive(&stores, &session).await, "a live session was swept");
    let rotation = rotate(&stores, sample_rotate(&session, 1, at(999))).await;
    assert!(is_success(&rotation), "the current token after a sweep: {rotation:?}");
}

/// Proofs that expired before the given instant are removed, spent or not; others stay.
pub async fn sweeps_expired_proofs(stores: Stores) {
    let sample = SampleAccount::new().with_email();
    stores.sign_up(&sample).await;
    let unspent = proof_until(&stores, at(600)).await;
    let later = proof_until(&stores, at(601)).await;
    assert_eq!(sweep(&stores, at(600), 10).await, 0, "rows swept at the instant at which they expire");
    assert_eq!(sweep(&stores, just_after(at(600)), 10).await, 2, "rows swept after they expired");
    for (what, proof, expected) in
        [("spent", &sample.proofs[0], false), ("unspent", &unspent, false), ("later", &later, true)]
    {
        let found = stores.proofs.find(&proof.hash).await.expect("the store works");
        assert_eq!(found.is_some(), expected, "whether the {what} proof is still there");
    }
}

/// Verifications that expired before the given instant are removed, as is the record of what was sent to addresses
/// long ago; a live verification can still be tried.
pub async fn sweeps_expired_verifications(stores: Stores) {
    let (old, live) =
        (verification(&stores, &sample_email(), at(0)).await, verification(&stores, &sample_email(), at(300)).await);
    sweep(&stores, at(700), 10).await;
    assert_eq!(count_try(&stores, old).await, CountedTry::Unknown, "a verification that had expired");
    let counted = count_try(&stores, live).await;
    assert!(matches!(counted, CountedTry::Counted(_)), "a live verification: {counted:?}");
}

/// Flows at third parties that expired before the given instant are removed; others can still be ended.
pub async fn sweeps_expired_provider_flows(stores: Stores) {
    let [expired, live] = [100, 101].map(|second| ProviderFlow { expires_at: at(second), ..sample_provider_flow() });
    for flow in [expired, live] {
        stores.provider_flows.begin(flow).await.expect("the store works");
    }
    assert_eq!(sweep(&stores, at(100), 10).await, 0, "rows swept at the instant at which the first expires");
    assert_eq!(sweep(&stores, just_after(at(100)), 10).await, 1, "rows swept after it expired");
    for (what, flow, expected) in [("expired", expired, false), ("live", live, true)] {
        assert_eq!(stores.provider_flows.end(&flow).await.expect("the store works"), expected, "the {what} flow");
    }
}

/// A limit whose whole burst is available again is forgotten; others keep their counts.
pub async fn sweeps_unused_limits(stores: Stores) {
    let (unused, used) = (used_limit(&stores, at(0)).await, used_limit(&stores, at(50)).await);
    assert_eq!(sweep(&stores, at(100), 10).await, 0, "rows swept when the first is available again");
    assert_eq!(sweep(&stores, at(120), 10).await, 1, "rows swept after that");
    assert_eq!(admit(&stores, unused, at(1)).await, Admission::Admitted, "a forgotten limit");
    assert!(matches!(admit(&stores, used, at(51)).await, Admission::Refused { .. }), "a limit in use was forgotten");
}

/// The limit applies to sessions, to proofs and to rate limits separately.
pub async fn sweeps_no_more_than_the_limit_of_each(stores: Stores) {
    let (mut proofs, mut keys) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        session_until(&stores, at(100)).await;
        proofs.push(proof_until(&stores, at(100)).await);
        keys.push(used_limit(&stores, at(0)).await);
    }
    assert_eq!(sweep(&stores, at(200), 2).await, 6, "two of each");
    let mut left = 0;
    for proof in &proofs {
        left += usize::from(stores.proofs.find(&proof.hash).await.expect("the store works").is_some());
    }
    assert_eq!(left, 3, "proofs left");
    assert_eq!(sweep(&stores, at(200), 0).await, 0, "none of each");
}

/// Repeated sweeps remove everything that has expired, and then nothing.
pub async fn sweeps_until_nothing_is_left(stores: Stores) {
    for _ in 0..5 {
        session_until(&stores, at(100)).await;
        proof_until(&stores, at(100)).await;
    }
    let live = session_until(&stores, at(1_000)).await;
    for expected in [4, 4, 2, 0] {
        assert_eq!(sweep(&stores, at(200), 2).await, expected, "rows swept with a limit of two of each");
    }
    assert!(is_alive(&stores, &live).await, "a live session was swept");
}

fn just_after(instant: Timestamp) -> Timestamp {
    instant + (instant - just_before(instant))
}

pub(crate) async fn sweep(stores: &Stores, before: Timestamp, limit: u16) -> u64 {
    stores.upkeep.sweep(before, limit, &sample_marks()).await.expect("the store works")
}

/// A session that expires at this instant, of a user whose first session lives long.
async fn session_until(stores: &Stores, expires_at: Timestamp) -> NewSession {
    let sample = SampleAccount::new();
    stores.sign_up(&sample).await;
    let session = NewSession { expires_at, ..sample_session(sample.account.id) };
    stores.sessions.begin(sample_begin(session.clone())).await.expect("begun");
    session
}

async fn proof_until(stores: &Stores, expires_at: Timestamp) -> NewProof {
    let proof = NewProof { expires_at, ..sample_proof() };
    stores.proofs.create(proof.clone()).await.expect("stored");
    proof
}

async fn verification(stores: &Stores, address: &Identifier, now: Timestamp) -> VerificationId {
    match stores.verifications.request(sample_send_request(address, now)).await.expect("the store works") {
        SendOutcome::Queued(verification) => verification.id,
        other => panic!("the first request for a code: {other:?}"),
    }
}

async fn count_try(stores: &Stores, id: VerificationId) -> CountedTry {
    stores.verifications.count_try(id, &sample_client(), 5, at(1)).await.expect("the store works")
}

/// A limit whose burst was used up at this instant.
async fn used_limit(stores: &Stores, now: Timestamp) -> LimitKey {
    let key = LimitKey::new("swept", &unique().to_string());
    assert_eq!(admit(stores, key, now).await, Admission::Admitted, "a first occurrence");
    key
}

async fn admit(stores: &Stores, key: LimitKey, now: Timestamp) -> Admission {
    stores.limits.admit(key, QUOTA, now).await.expect("the store works")
}
