//! Promises of `change`, when it refuses: nothing is stored and no proof is spent.

use auth_domain::accounts::change::{AccountChange, Author, Change, SessionsToEnd};
use auth_domain::accounts::{Account, UserStatus};
use auth_domain::events::EventKind;
use auth_domain::external_identities::{ExternalProfile, ProviderId};
use auth_domain::identifier::IdentifierKind;
use auth_domain::profile::Profile;
use auth_domain::proofs::ProofState;
use auth_ports::{ChangeRefusal, Halt};

use super::blocked::block;
use super::change::{apply, everything, find, identity_at, proven, sample_change, stored_proof};
use crate::Stores;
use crate::events::{assert_not_recorded, assert_recorded};
use crate::samples::{
    SampleAccount, pay_with, sample_event, sample_external_profile, sample_operator, sample_password_hash,
    sample_phone_number, sample_proof, sample_session, sample_unbinding, sample_username, start,
};
use crate::sessions::is_alive;

/// An identifier that somebody else has is refused with its kind, and nothing of the change is stored.
pub async fn a_change_to_a_taken_identifier_is_refused(stores: Stores) {
    let (sample, other) = (everything(&stores).await, everything(&stores).await);
    for held in other.account.identifiers {
        let kind = held.identifier.kind();
        let outcome = refused(&stores, &sample, Change::Identifier(held)).await;
        let names_it = matches!(outcome, Halt::Refused(ChangeRefusal::IdentifierTaken(taken)) if taken == kind);
        assert!(names_it, "{kind} is taken, but the outcome was {outcome:?}");
    }
}

/// An identity that somebody else has is refused, and nothing of the change is stored.
pub async fn a_change_to_a_taken_identity_is_refused(stores: Stores) {
    let (sample, other) = (SampleAccount::new().with_email(), everything(&stores).await);
    stores.sign_up(&sample).await;
    let taken = other.account.external_identity.expect("it has one");
    let outcome = refused(&stores, &sample, Change::Bind(Box::new(taken))).await;
    assert!(matches!(outcome, Halt::Refused(ChangeRefusal::ExternalIdentityTaken)), "a bound identity: {outcome:?}");
}

/// Another identity of the same provider is not replaced, whoever owns the new one.
pub async fn another_identity_of_the_provider_is_not_replaced(stores: Stores) {
    let (sample, other) = (everything(&stores).await, everything(&stores).await);
    let taken = other.account.external_identity.expect("it has one");
    let free = ExternalProfile { provider: taken.provider.clone(), ..sample_external_profile() };
    for (what, new) in [("nobody's", free), ("somebody else's", taken)] {
        let outcome = refused(&stores, &sample, Change::Bind(Box::new(new))).await;
        let names_it = matches!(outcome, Halt::Refused(ChangeRefusal::OtherIdentityBound));
        assert!(names_it, "{what} identity in place of one's own: {outcome:?}");
    }
}

/// A first password does not replace one that is there.
pub async fn a_first_password_replaces_none(stores: Stores) {
    let sample = SampleAccount::new().with_email().with_password();
    stores.sign_up(&sample).await;
    let outcome = refused(&stores, &sample, Change::FirstPassword(sample_password_hash())).await;
    assert!(matches!(outcome, Halt::Refused(ChangeRefusal::PasswordSet)), "there is one: {outcome:?}");
}

/// A proof that is spent, unknown or expired pays for no change.
pub async fn an_unusable_proof_changes_nothing(stores: Stores) {
    let sample = everything(&stores).await;
    let mut expired = sample_proof();
    expired.expires_at = sample_change(sample.account.id, Vec::new()).at;
    stores.proofs.create(expired.clone()).await.expect("stored");
    for (what, hash) in [("spent", sample.proofs[0].hash), ("unknown", sample_proof().hash), ("expired", expired.hash)]
    {
        let mut change = sample_change(sample.account.id, vec![Change::Password(sample_password_hash())]);
        pay_with(&mut change.payment, hash);
        let outcome = assert_refused(&stores, &sample, change).await;
        assert!(matches!(outcome, Halt::Refused(ChangeRefusal::ProofUnusable)), "a proof that is {what}: {outcome:?}");
    }
}

/// A user cannot change their blocked account.
pub async fn a_blocked_account_does_not_change(stores: Stores) {
    let sample = everything(&stores).await;
    block(&stores, sample.account.id).await;
    let before = find(&stores, sample.account.id).await;
    let proof = stored_proof(&stores).await;
    let mut change = sample_change(sample.account.id, vec![Change::Profile(Profile::default())]);
    pay_with(&mut change.payment, proof.hash);
    let outcome = stores.accounts.change(change.clone()).await;
    assert!(matches!(outcome, Err(Halt::Refused(ChangeRefusal::NoAccount))), "a blocked account: {outcome:?}");
    assert_eq!(find(&stores, sample.account.id).await, before, "left: after the refusal, right: before");
    assert_eq!(stores.proof(&proof.hash).await.state, ProofState::Unspent, "a refusal spent a proof");
    assert_not_recorded(&stores, &change.events[0]).await;
}

/// An operator's changes apply to blocked accounts too.
pub async fn an_operator_changes_a_blocked_account(stores: Stores) {
    let sample = everything(&stores).await;
    block(&stores, sample.account.id).await;
    let before = find(&stores, sample.account.id).await;
    let mut change = sample_change(sample.account.id, vec![Change::Profile(Profile::default())]);
    change.by = Author::Operator;
    change.events[0].actor = sample_operator();
    stores.accounts.change(change.clone()).await.expect("an operator's change");
    let expected = Account { profile: Profile::default(), updated_at: change.at, ..before };
    assert_eq!(find(&stores, sample.account.id).await, expected, "left: found, right: changed and still blocked");
    assert_recorded(&stores, &change.events[0]).await;
}

/// A change that was requested in a session that has ended meanwhile is not made: what was under way must not undo
/// a password reset.
pub async fn a_change_of_an_ended_session_is_not_made(stores: Stores) {
    let sample = everything(&stores).await;
    let before = find(&stores, sample.account.id).await;
    let mut change = sample_change(sample.account.id, vec![Change::Profile(Profile::default())]);
    let (alive, event) = (sample.account.session.id, sample_event(sample.account.id, EventKind::SignedOut));
    change.by = Author::Owner { session: Some(sample_session(sample.account.id).id) };
    assert!(
        matches!(stores.accounts.change(change.clone()).await, Err(Halt::Refused(ChangeRefusal::NoAccount))),
        "no such session"
    );
    assert!(stores.sessions.end(sample.account.id, alive, event).await.expect("the store works"));
    change.by = Author::Owner { session: Some(alive) };
    assert!(
        matches!(stores.accounts.change(change.clone()).await, Err(Halt::Refused(ChangeRefusal::NoAccount))),
        "an ended session"
    );
    assert_eq!(find(&stores, sample.account.id).await, before, "left: after the refusals, right: before");
    assert_not_recorded(&stores, &change.events[0]).await;
}

/// A change may be requested in any session that is alive.
pub async fn a_change_of_a_live_session_is_made(stores: Stores) {
    let sample = everything(&stores).await;
    let mut change = sample_change(sample.account.id, vec![Change::Profile(Profile::default())]);
    change.by = Author::Owner { session: Some(sample.account.session.id) };
    let outcome = stores.accounts.change(change).await;
    assert!(outcome.is_ok(), "a live session: {outcome:?}");
}

/// An account that was unblocked can be changed.
pub async fn an_unblocked_account_changes(stores: Stores) {
    let sample = everything(&stores).await;
    block(&stores, sample.account.id).await;
    let event = sample_event(sample.account.id, EventKind::UserUnblocked);
    stores.users.set_status(sample.account.id, UserStatus::Active, event, start()).await.expect("the store works");
    let outcome = apply(&stores, &sample, vec![Change::Profile(Profile::default())]).await;
    assert!(outcome.is_ok(), "an account that was unblocked: {outcome:?}");
}

/// An unknown account cannot be changed, and no proof is spent.
pub async fn an_unknown_account_does_not_change(stores: Stores) {
    let proof = stored_proof(&stores).await;
    let mut change =
        sample_change(SampleAccount::new().account.id, vec![Change::Identifier(proven(sample_phone_number()))]);
    pay_with(&mut change.payment, proof.hash);
    let owner = (change.by, change.events[0].actor.clone());
    for (by, actor) in [owner, (Author::Operator, sample_operator())] {
        change.by = by;
        change.events[0].actor = actor;
        let outcome = stores.accounts.change(change.clone()).await;
        assert!(matches!(outcome, Err(Halt::Refused(ChangeRefusal::NoAccount))), "an unknown account: {outcome:?}");
        assert_eq!(stores.proof(&proof.hash).await.state, ProofState::Unspent, "a refusal spent a proof");
        assert_not_recorded(&stores, &change.events[0]).await;
    }
}

/// If the user has no other way to sign in, the last identity stays: neither an unproven name nor a password
/// without a name is a way to sign in.
pub async fn the_last_way_in_is_not_unbound(stores: Stores) {
    for sample in [
        SampleAccount::new().with_external_identity(),
        SampleAccount::new().with_external_identity().with_username(&sample_username()),
        SampleAccount::new().with_external_identity().with_password(),
    ] {
        stores.sign_up(&sample).await;
        let outcome = refused(&stores, &sample, unbind(&sample)).await;
        assert!(matches!(outcome, Halt::Refused(ChangeRefusal::LastWayIn)), "the last way in: {outcome:?}");
    }
}

/// What nobody can sign in by is no way in: an identity at a third party that is not configured, and a proven address that
/// codes are not sent to.
pub async fn what_is_switched_off_is_no_way_in(stores: Stores) {
    let (elsewhere, unreached) = (SampleAccount::new(), SampleAccount::new().with_email().with_phone_number());
    let [elsewhere, unreached] = [elsewhere, unreached].map(SampleAccount::with_external_identity);
    stores.sign_up(&elsewhere).await;
    stores.sign_up(&unreached).await;
    let former = identity_at("former");
    apply(&stores, &elsewhere, vec![Change::Bind(Box::new(former.clone()))]).await.expect("bound");
    for (what, sample) in [("an identity elsewhere", &elsewhere), ("addresses without codes", &unreached)] {
        let outcome = refused(&stores, sample, unbind_unreached(sample)).await;
        assert!(matches!(outcome, Halt::Refused(ChangeRefusal::LastWayIn)), "{what}: {outcome:?}");
    }
    let unbound = Change::Unbind(sample_unbinding(former.provider, Vec::new()));
    let outcome = apply(&stores, &elsewhere, vec![unbound]).await;
    assert!(outcome.is_ok(), "what is no way in: {outcome:?}");
}

/// An identity can be unbound if there is a proven address, a password with a name, or another identity.
pub async fn an_identity_beside_another_way_in_is_unbound(stores: Stores) {
    for sample in [
        SampleAccount::new().with_external_identity().with_email(),
        SampleAccount::new().with_external_identity().with_phone_number(),
        SampleAccount::new().with_external_identity().with_username(&sample_username()).with_password(),
    ] {
        stores.sign_up(&sample).await;
        let outcome = apply(&stores, &sample, vec![unbind(&sample)]).await;
        assert!(outcome.is_ok(), "in addition to {:?}: {outcome:?}", sample.account.identifiers);
    }
    let sample = SampleAccount::new().with_external_identity();
    stores.sign_up(&sample).await;
    let changes = vec![Change::Bind(Box::new(identity_at("google"))), unbind(&sample)];
    let outcome = apply(&stores, &sample, changes).await;
    assert!(outcome.is_ok(), "in addition to another identity: {outcome:?}");
}

/// If one of several changes in a call is refused, none of them is made.
pub async fn one_refused_change_refuses_all(stores: Stores) {
    let (sample, other) = (everything(&stores).await, everything(&stores).await);
    let taken = other.account.identifiers.into_iter().find(|held| held.identifier.kind() == IdentifierKind::USERNAME);
    let phone_number = proven(sample_phone_number());
    let changes = vec![
        Change::Identifier(phone_number.clone()),
        Change::Password(sample_password_hash()),
        Change::Bind(Box::new(identity_at("google"))),
        Change::Profile(Profile::default()),
        Change::Identifier(taken.expect("it has one")),
    ];
    for place in 0..5 {
        let mut changes = changes.clone();
        changes.rotate_right(place);
        let outcome = assert_refused(&stores, &sample, sample_change(sample.account.id, changes)).await;
        assert!(matches!(outcome, Halt::Refused(ChangeRefusal::IdentifierTaken(_))), "a taken name: {outcome:?}");
        let owner = stores.accounts.find_owner(&phone_number.identifier).await.expect("the store works");
        assert_eq!(owner, None, "owner of the phone number of a refused change");
    }
}

/// Changes and event are stored together: neither is stored without the other.
pub async fn an_event_that_cannot_be_recorded_changes_nothing(stores: Stores) {
    let sample = everything(&stores).await;
    let mut change = sample_change(sample.account.id, vec![Change::Password(sample_password_hash())]);
    change.events[0].id = sample.account.event.id;
    change.end_sessions = SessionsToEnd::All;
    let before = find(&stores, sample.account.id).await;
    let outcome = stores.accounts.change(change).await;
    assert!(matches!(outcome, Err(Halt::Failed(_))), "an event that is there already: {outcome:?}");
    assert_eq!(find(&stores, sample.account.id).await, before, "left: after the failure, right: before");
    assert!(is_alive(&stores, &sample.account.session).await, "a session ended without its event");
    assert_recorded(&stores, &sample.account.event).await;
}

/// Unbinds the identity, while codes are sent to all addresses.
fn unbind(sample: &SampleAccount) -> Change {
    let reached = sample.account.identifiers.iter().map(|held| held.identifier.clone()).collect();
    Change::Unbind(sample_unbinding(provider_of(sample), reached))
}

/// Unbinds the identity, while codes are sent to none of the addresses.
fn unbind_unreached(sample: &SampleAccount) -> Change {
    Change::Unbind(sample_unbinding(provider_of(sample), Vec::new()))
}

fn provider_of(sample: &SampleAccount) -> ProviderId {
    sample.account.external_identity.clone().expect("it has one").provider
}

async fn refused(stores: &Stores, sample: &SampleAccount, change: Change) -> Halt<ChangeRefusal> {
    assert_refused(stores, sample, sample_change(sample.account.id, vec![change])).await
}

/// The change, paid by one more proof and meant to end all sessions, is refused, and everything is as
/// it was. The refusal.
async fn assert_refused(stores: &Stores, sample: &SampleAccount, mut change: AccountChange) -> Halt<ChangeRefusal> {
    let proof = stored_proof(stores).await;
    pay_with(&mut change.payment, proof.hash);
    change.end_sessions = SessionsToEnd::All;
    let before = find(stores, change.user).await;
    let outcome = stores.accounts.change(change.clone()).await;
    assert_eq!(find(stores, change.user).await, before, "left: after {outcome:?}, right: before");
    assert_eq!(stores.proof(&proof.hash).await.state, ProofState::Unspent, "a refusal spent a proof");
    assert!(is_alive(stores, &sample.account.session).await, "a refusal ended a session");
    assert_not_recorded(stores, &change.events[0]).await;
    outcome.expect_err("the change is refused")
}
