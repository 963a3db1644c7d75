//! Promises of `begin`.

use auth_domain::accounts::change::Change;
use auth_domain::accounts::{AccountIdentifier, UserId};
use auth_domain::identifier::Identifier;
use auth_domain::messages::{Notice, NoticeKind, QueuedContent};
use auth_domain::proofs::{NewProof, ProofState, Spending};
use auth_domain::sessions::{NewSession, SessionId};
use auth_ports::{BeginRefusal, BeginSession, Halt};

use super::acts::{begun, block, end, is_alive, listed_ids, signed_in, signed_up};
use crate::Stores;
use crate::accounts::change::sample_change;
use crate::events::{assert_not_recorded, assert_recorded};
use crate::samples::{
    SampleAccount, at, fingerprint_of, just_before, pay_with, sample_begin, sample_claim, sample_email,
    sample_password_hash, sample_phone_number, sample_proof, sample_session, sample_session_paid_by, sample_telling,
    sample_unbinding, start,
};

/// The session is alive, and so is the one before it.
pub async fn begins_a_session(stores: Stores) {
    let first = signed_up(&stores).await.account.session;
    let second = begun(&stores, first.user, at(1)).await;
    for (which, session) in [("first", &first), ("second", &second)] {
        assert!(is_alive(&stores, session).await, "the {which} session is not alive");
    }
}

/// The account records when its user last signed in.
pub async fn notes_the_sign_in(stores: Stores) {
    let user = signed_up(&stores).await.account.id;
    let mut expected = stores.accounts.find(user).await.expect("the store works").expect("it is found");
    begun(&stores, user, at(7)).await;
    expected.last_sign_in_at = Some(at(7));
    let found = stores.accounts.find(user).await.expect("the store works");
    assert_eq!(found, Some(expected), "left: after signing in, right: before, with the sign-in");
}

/// A session begins only if the password that was presented is still the stored one: a reset stops sign-ins that
/// are under way, too.
pub async fn a_password_that_was_changed_meanwhile_begins_nothing(stores: Stores) {
    let sample = SampleAccount::new().with_email().with_password();
    stores.sign_up(&sample).await;
    let shown = sample.account.password.clone();
    let good = BeginSession { password: shown.clone(), ..sample_begin(sample_session(sample.account.id)) };
    assert!(stores.sessions.begin(good).await.is_ok(), "the stored password");
    let new = sample_change(sample.account.id, vec![Change::Password(sample_password_hash())]);
    stores.accounts.change(new).await.expect("an active user");
    let proof = stored_proof(&stores).await;
    let session = sample_session_paid_by(sample.account.id, proof.hash);
    let stale = BeginSession { password: shown, ..sample_begin(session) };
    let outcome = stores.sessions.begin(stale.clone()).await;
    assert!(matches!(outcome, Err(Halt::Refused(BeginRefusal::PasswordChanged))), "the password before: {outcome:?}");
    assert_begun_nothing(&stores, &stale).await;
    assert_unspent(&stores, &[proof]).await;
}

/// Signing in with a code proves the address, whoever added it before.
pub async fn a_sign_in_by_an_address_proves_it(stores: Stores) {
    let sample =
        SampleAccount::new().with_identifier(sample_email(), None).with_identifier(sample_phone_number(), None);
    stores.sign_up(&sample).await;
    let address = sample.account.identifiers[0].identifier.clone();
    for second in [3, 9] {
        let session = NewSession { created_at: at(second), ..sample_session(sample.account.id) };
        let begin = BeginSession { proven: Some(address.clone()), ..sample_begin(session) };
        stores.sessions.begin(begin).await.expect("an active user begins a session");
        let found = stores.accounts.find(sample.account.id).await.expect("the store works").expect("it is found");
        for held in &found.identifiers {
            let expected = (held.identifier == address).then(|| at(3));
            assert_eq!(held.verified_at, expected, "{:?} at second {second}", held.identifier);
        }
    }
}

/// What was removed from the account begins no session, even if the sign-in was under way.
pub async fn a_way_in_that_was_removed_meanwhile_begins_nothing(stores: Stores) {
    let sample = SampleAccount::new().with_email().with_password().with_external_identity();
    stores.sign_up(&sample).await;
    let identity = sample.account.external_identity.clone().expect("it has one");
    let address = sample.account.identifiers[0].identifier.clone();
    let shown = |address: Identifier, subject: String| {
        let begin = || sample_begin(sample_session(sample.account.id));
        let by_identity = Some((identity.provider.clone(), subject));
        [BeginSession { proven: Some(address), ..begin() }, BeginSession { identity: by_identity, ..begin() }]
    };
    for begin in shown(address.clone(), identity.subject.clone()) {
        stores.sessions.begin(begin).await.expect("what the user has");
    }
    let changes = vec![
        Change::Identifier(AccountIdentifier {
            identifier: sample_email(),
            verified_at: Some(at(60)),
            added_at: at(60),
        }),
        Change::Unbind(sample_unbinding(identity.provider.clone(), Vec::new())),
    ];
    stores.accounts.change(sample_change(sample.account.id, changes)).await.expect("an active user");
    for begin in shown(address, identity.subject.clone()) {
        let outcome = stores.sessions.begin(begin.clone()).await;
        assert!(matches!(outcome, Err(Halt::Refused(BeginRefusal::WayInRemoved))), "{outcome:?}");
        assert_begun_nothing(&stores, &begin).await;
    }
}

/// The owner is told at every address, if the beginning says so, and of nothing that is refused.
pub async fn a_beginning_is_told_if_it_says_so(stores: Stores) {
    let sample = SampleAccount::new().with_email().with_phone_number();
    stores.sign_up(&sample).await;
    let begin = || sample_begin(sample_session(sample.account.id));
    let told = || BeginSession { telling: Some(sample_telling()), ..begin() };
    let refused = BeginSession { proven: Some(sample_email()), ..told() };
    for (begin, addresses) in [(begin(), 0), (told(), 2), (refused, 0)] {
        let is_refused = begin.proven.is_some();
        let outcome = stores.sessions.begin(begin).await;
        assert_eq!(outcome.is_err(), is_refused, "{outcome:?}");
        let queued = stores.messages.claim_due(sample_claim(start(), at(100))).await.expect("the store works");
        let expected = QueuedContent::Notice(Notice::of(NoticeKind::NewDevice));
        assert_eq!(queued.len(), addresses, "addresses that were told: {queued:?}");
        assert!(queued.iter().all(|message| message.content == expected), "{queued:?}");
    }
}

/// The event is recorded.
pub async fn a_beginning_records_its_event(stores: Stores) {
    let begin = sample_begin(sample_session(signed_up(&stores).await.account.id));
    stores.sessions.begin(begin.clone()).await.expect("an active user begins a session");
    assert_recorded(&stores, &begin.event).await;
}

/// The proofs record when they were spent, for whom, and on which request.
pub async fn a_beginning_spends_its_proofs(stores: Stores) {
    let (begin, proofs) = paid_begin(&stores).await;
    stores.sessions.begin(begin.clone()).await.expect("good proofs");
    for proof in proofs {
        let expected =
            Spending { at: start(), user: begin.session.user, fingerprint: fingerprint_of(begin.payment.as_ref()) };
        assert_eq!(stores.proof(&proof.hash).await.state, ProofState::Spent(expected), "a proof that paid");
    }
}

/// Whether a proof is needed is not for the store to decide.
pub async fn begins_without_proofs(stores: Stores) {
    let user = signed_up(&stores).await.account.id;
    let outcome = stores.sessions.begin(sample_begin(sample_session(user))).await;
    assert!(outcome.is_ok(), "without proofs: {outcome:?}");
}

/// A proof can be spent at the last instant of its lifetime.
pub async fn a_proof_begins_a_session_until_its_last_instant(stores: Stores) {
    let user = signed_up(&stores).await.account.id;
    let proof = stored_proof(&stores).await;
    let mut session = sample_session_paid_by(user, proof.hash);
    session.created_at = just_before(proof.expires_at);
    let outcome = stores.sessions.begin(sample_begin(session)).await;
    assert!(outcome.is_ok(), "a proof was refused before it expired: {outcome:?}");
}

/// A proof that is spent, unknown or expired begins no session.
pub async fn an_unusable_proof_begins_nothing(stores: Stores) {
    let sample = signed_up(&stores).await;
    let expired = stored_proof(&stores).await;
    for (what, hash, now) in [
        ("spent", sample.proofs[0].hash, start()),
        ("unknown", sample_proof().hash, start()),
        ("expired", expired.hash, expired.expires_at),
    ] {
        let mut session = sample_session_paid_by(sample.account.id, hash);
        session.created_at = now;
        let begin = sample_begin(session);
        let outcome = stores.sessions.begin(begin.clone()).await;
        assert!(
            matches!(outcome, Err(Halt::Refused(BeginRefusal::ProofUnusable))),
            "a proof that is {what}: {outcome:?}"
        );
        assert_begun_nothing(&stores, &begin).await;
    }
}

/// Of two proofs, a good one stays unspent when the other is unknown.
pub async fn one_unusable_proof_spares_the_other_at_sign_in(stores: Stores) {
    let (begin, proofs) = paid_begin(&stores).await;
    for place in 0..=2 {
        let mut begin = begin.clone();
        begin.payment.iter_mut().for_each(|payment| payment.proofs.insert(place, sample_proof().hash));
        let outcome = stores.sessions.begin(begin.clone()).await;
        assert!(matches!(outcome, Err(Halt::Refused(BeginRefusal::ProofUnusable))), "an unknown proof: {outcome:?}");
        assert_begun_nothing(&stores, &begin).await;
        assert_unspent(&stores, &proofs).await;
    }
}

/// An unknown user begins nothing and spends nothing.
pub async fn an_unknown_user_signs_in_to_nothing(stores: Stores) {
    let (begin, proofs) = paid_begin(&stores).await;
    let stranger = SampleAccount::new().account.id;
    let begin = for_user(begin, stranger);
    assert_inactive(&stores, &begin, &proofs, "an unknown user").await;
}

/// A blocked user begins nothing and spends nothing; their last sign-in is as it was.
pub async fn a_blocked_user_begins_nothing(stores: Stores) {
    let (mut begin, proofs) = paid_begin(&stores).await;
    let user = begin.session.user;
    block(&stores, user).await;
    let before = stores.accounts.find(user).await.expect("the store works");
    (begin.session.created_at, begin.event.at) = (at(7), at(7));
    assert_inactive(&stores, &begin, &proofs, "a blocked user").await;
    let after = stores.accounts.find(user).await.expect("the store works");
    assert_eq!(after, before, "left: after the refusal, right: before");
}

/// An existing session is never replaced; the failure spends nothing and records nothing.
pub async fn a_session_id_in_use_begins_nothing(stores: Stores) {
    let (mut begin, proofs) = paid_begin(&stores).await;
    let there = begun(&stores, begin.session.user, at(1)).await;
    begin.session.id = there.id;
    let outcome = stores.sessions.begin(begin.clone()).await;
    assert!(matches!(outcome, Err(Halt::Failed(_))), "a session id in use: {outcome:?}");
    assert!(is_alive(&stores, &there).await, "the session that was there was replaced");
    assert_not_recorded(&stores, &begin.event).await;
    assert_unspent(&stores, &proofs).await;
}

/// All or nothing: if its event is not recorded, the session does not begin, no other session ends in its
/// favour, the sign-in is not noted and the proofs stay unspent.
pub async fn an_event_id_in_use_begins_nothing(stores: Stores) {
    let (mut begin, proofs) = paid_begin(&stores).await;
    let event = signed_in(begin.session.user);
    stores.events.record(event.clone()).await.expect("recorded");
    let before = stores.accounts.find(begin.session.user).await.expect("the store works");
    let sessions = listed_ids(&stores, begin.session.user, start()).await;
    (begin.event.id, begin.max_per_user, begin.session.created_at) = (event.id, 1, at(7));
    let outcome = stores.sessions.begin(begin.clone()).await;
    assert!(matches!(outcome, Err(Halt::Failed(_))), "an event id in use: {outcome:?}");
    let after = stores.accounts.find(begin.session.user).await.expect("the store works");
    assert_eq!(after, before, "left: after the failure, right: before");
    assert_eq!(listed_ids(&stores, begin.session.user, start()).await, sessions, "left: after the failure");
    assert_unspent(&stores, &proofs).await;
}

/// When there are more sessions than the limit, the oldest end and the newest stay, the new one among them.
pub async fn the_oldest_sessions_above_the_limit_end(stores: Stores) {
    let user = user_without_sessions(&stores).await;
    let mut begun = Vec::new();
    for second in 1..=5 {
        begun.push(begin_with_room(&stores, user, second, 3).await);
        let newest: Vec<_> = begun.iter().rev().take(3).copied().collect();
        assert_eq!(listed_ids(&stores, user, at(second)).await, newest, "the three newest, after {second} sign-ins");
    }
}

/// If the limit was higher before, as many sessions end as exceed it now.
pub async fn a_lowered_limit_ends_several(stores: Stores) {
    let user = user_without_sessions(&stores).await;
    let mut begun = Vec::new();
    for (second, room) in [(1, 50), (2, 50), (3, 50), (4, 50), (5, 2)] {
        begun.push(begin_with_room(&stores, user, second, room).await);
    }
    assert_eq!(listed_ids(&stores, user, at(5)).await, [begun[4], begun[3]], "the two newest of five");
}

/// With a limit of one, the new session is the one that stays.
pub async fn room_for_one_keeps_the_newest(stores: Stores) {
    let user = user_without_sessions(&stores).await;
    for second in 1..=3 {
        let newest = begin_with_room(&stores, user, second, 1).await;
        assert_eq!(listed_ids(&stores, user, at(second)).await, [newest], "after {second} sign-ins");
    }
}

/// Sessions that have ended or expired do not count.
pub async fn only_live_sessions_count_against_the_limit(stores: Stores) {
    let user = user_without_sessions(&stores).await;
    let oldest = begin_with_room(&stores, user, 1, 50).await;
    let expired = NewSession { created_at: at(2), expires_at: at(10), ..sample_session(user) };
    stores.sessions.begin(sample_begin(expired)).await.expect("an active user begins a session");
    let ended = begun(&stores, user, at(3)).await;
    assert!(end(&stores, &ended).await, "the session was alive");
    let newest = begin_with_room(&stores, user, 10, 2).await;
    assert_eq!(listed_ids(&stores, user, at(10)).await, [newest, oldest], "the oldest stays along with the newest");
}

/// Another user's sessions do not count and do not end.
pub async fn the_limit_is_each_users_own(stores: Stores) {
    let (one, other) = (signed_up(&stores).await.account.session, signed_up(&stores).await.account.session);
    begin_with_room(&stores, other.user, 1, 1).await;
    assert!(is_alive(&stores, &one).await, "a session ended because somebody else signed in");
    assert!(!is_alive(&stores, &other).await, "the session above the limit is alive");
}

/// A user whose sessions have all ended.
async fn user_without_sessions(stores: &Stores) -> UserId {
    let session = signed_up(stores).await.account.session;
    assert!(end(stores, &session).await, "the first session was alive");
    session.user
}

async fn begin_with_room(stores: &Stores, user: UserId, second: i64, max_per_user: u32) -> SessionId {
    let session = NewSession { created_at: at(second), ..sample_session(user) };
    let begin = BeginSession { max_per_user, ..sample_begin(session.clone()) };
    stores.sessions.begin(begin).await.expect("an active user begins a session");
    session.id
}

async fn stored_proof(stores: &Stores) -> NewProof {
    let proof = sample_proof();
    stores.proofs.create(proof.clone()).await.expect("stored");
    proof
}

/// A user's request to begin a session, paid for with two proofs.
async fn paid_begin(stores: &Stores) -> (BeginSession, Vec<NewProof>) {
    let user = signed_up(stores).await.account.id;
    let proofs = vec![stored_proof(stores).await, stored_proof(stores).await];
    let mut begin = sample_begin(sample_session_paid_by(user, proofs[0].hash));
    pay_with(&mut begin.payment, proofs[1].hash);
    (begin, proofs)
}

fn for_user(mut begin: BeginSession, user: UserId) -> BeginSession {
    begin.session.user = user;
    begin.event.user = Some(user);
    begin
}

async fn assert_inactive(stores: &Stores, begin: &BeginSession, proofs: &[NewProof], who: &str) {
    let outcome = stores.sessions.begin(begin.clone()).await;
    assert!(matches!(outcome, Err(Halt::Refused(BeginRefusal::Inactive))), "{who}: {outcome:?}");
    assert_begun_nothing(stores, begin).await;
    assert_unspent(stores, proofs).await;
}

async fn assert_begun_nothing(stores: &Stores, begin: &BeginSession) {
    assert!(!is_alive(stores, &begin.session).await, "a refused session is alive");
    assert_not_recorded(stores, &begin.event).await;
}

async fn assert_unspent(stores: &Stores, proofs: &[NewProof]) {
    for proof in proofs {
        assert_eq!(stores.proof(&proof.hash).await.state, ProofState::Unspent, "a refusal spent a proof");
    }
}
