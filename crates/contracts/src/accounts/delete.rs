//! Promises of `delete`.

use auth_domain::accounts::UserId;
use auth_domain::accounts::change::{AccountDeletion, Author, Change};
use auth_domain::events::EventKind;
use auth_domain::identifier::Identifier;
use auth_domain::payment::Payment;
use auth_domain::profile::Profile;
use auth_domain::proofs::{NewProof, ProofHash, ProofState};
use auth_domain::sessions::NewSession;
use auth_domain::verifications::CountedTry;
use auth_ports::{BeginRefusal, ChangeRefusal, DeleteRefusal, Halt, Rotation};

use super::blocked::block;
use super::change::{apply, everything, find, stored_proof};
use crate::events::assert_not_recorded;
use crate::race::race_both;
use crate::samples::{
    SampleAccount, at, sample_address_proof, sample_begin, sample_claim, sample_email, sample_event,
    sample_fingerprint, sample_held_proof, sample_operator_event, sample_proof, sample_rotate, sample_send_request,
    sample_session, sample_sudo_proof, start,
};
use crate::sessions::is_alive;
use crate::{Stores, race};

/// A deleted account cannot be found any more, and its sessions are gone.
pub async fn a_deleted_account_is_found_nowhere(stores: Stores) {
    let sample = everything(&stores).await;
    let second = sample_session(sample.account.id);
    stores.sessions.begin(sample_begin(second.clone())).await.expect("begun");
    delete(&stores, &sample).await;
    let account = &sample.account;
    assert!(stores.accounts.find(account.id).await.expect("it works").is_none(), "found by its id");
    for held in &account.identifiers {
        let identifier = &held.identifier;
        assert_eq!(stores.accounts.find_owner(identifier).await.expect("it works"), None, "owner of {identifier:?}");
        let found = stores.accounts.find_by_identifier(identifier).await.expect("it works");
        assert!(found.is_none(), "found by {identifier:?}");
    }
    let profile = account.external_identity.as_ref().expect("it has one");
    let found = stores.accounts.find_by_external_identity(&profile.provider, &profile.subject).await;
    assert!(found.expect("it works").is_none(), "found by its identity");
    for session in [&account.session, &second] {
        assert!(!is_alive(&stores, session).await, "a session outlived its user");
        assert_eq!(rotate(&stores, session).await, Rotation::Unknown, "a deleted user's token");
    }
    let listed = stores.sessions.list(account.id, start()).await.expect("it works");
    assert!(listed.is_empty(), "sessions of a deleted user: {listed:?}");
}

/// Its identifiers and identities can be registered again immediately, even under the same user id.
pub async fn a_deletion_frees_everything_at_once(stores: Stores) {
    let sample = everything(&stores).await;
    delete(&stores, &sample).await;
    let mut next = SampleAccount::new().with_password().with_id(sample.account.id);
    next.account.identifiers.clone_from(&sample.account.identifiers);
    next.account.external_identity.clone_from(&sample.account.external_identity);
    let outcome = stores.try_sign_up(&next).await;
    assert!(outcome.is_ok(), "what a deleted account had: {outcome:?}");
    let found = find(&stores, next.account.id).await;
    assert_eq!(
        (found.profile, found.password),
        (Profile::default(), next.account.password),
        "profile and password of the next owner"
    );
}

/// Proofs that name the user are deleted: those that they earned, those of their presence, and those that
/// they spent, with the addresses in them. Other users' proofs stay.
pub async fn a_deleted_users_proofs_are_gone(stores: Stores) {
    let (sample, other) = (everything(&stores).await, everything(&stores).await);
    let earned = sample_held_proof(sample.account.id, sample_email());
    let present = sample_sudo_proof(&sample.account.session);
    let others = [sample_held_proof(other.account.id, sample_email()), sample_sudo_proof(&other.account.session)];
    for proof in [&earned, &present, &others[0], &others[1]] {
        stores.proofs.create(proof.clone()).await.expect("stored");
    }
    delete(&stores, &sample).await;
    for (what, proof) in [("earned", &earned), ("present", &present), ("spent", &sample.proofs[0])] {
        let found = stores.proofs.find(&proof.hash).await.expect("the store works");
        assert!(found.is_none(), "a proof ({what}) outlived its user: {found:?}");
    }
    for proof in others.iter().chain(&other.proofs) {
        let found = stores.proofs.find(&proof.hash).await.expect("the store works");
        assert!(found.is_some(), "another user's proof is gone");
    }
}

/// Codes for the user's addresses and unspent proofs of them are deleted; those of other addresses stay.
pub async fn codes_and_proofs_of_a_deleted_users_addresses_are_gone(stores: Stores) {
    let (sample, other) = (everything(&stores).await, everything(&stores).await);
    let mut traces = Vec::new();
    for (address, stays) in [(&sample, false), (&other, true)].map(|(who, stays)| (address_of(who), stays)) {
        let proof = sample_address_proof(address.clone());
        stores.proofs.create(proof.clone()).await.expect("stored");
        let request = sample_send_request(&address, start());
        stores.verifications.request(request.clone()).await.expect("the store works");
        traces.push((request, proof, stays));
    }
    delete(&stores, &sample).await;
    for (request, proof, stays) in traces {
        let found = stores.proofs.find(&proof.hash).await.expect("the store works");
        assert_eq!(found.is_some(), stays, "whether the proof of {:?} is still there", request.address);
        let tried = stores.verifications.count_try(request.id, &request.client, 5, start()).await;
        let is_there = tried.expect("the store works") != CountedTry::Unknown;
        assert_eq!(is_there, stays, "whether the code for {:?} is still there", request.address);
    }
}

/// Other users are not affected.
pub async fn a_deletion_spares_other_users(stores: Stores) {
    let (sample, other) = (everything(&stores).await, everything(&stores).await);
    let before = find(&stores, other.account.id).await;
    delete(&stores, &sample).await;
    assert_eq!(find(&stores, other.account.id).await, before, "left: after the deletion, right: before");
    assert!(is_alive(&stores, &other.account.session).await, "another user's session ended");
}

/// The event is recorded, and earlier ones stay.
pub async fn a_deletion_records_its_event(stores: Stores) {
    let sample = everything(&stores).await;
    let deletion = sample_deletion(sample.account.id, None);
    stores.accounts.delete(deletion.clone()).await.expect("deleted");
    for event in [&deletion.event, &sample.account.event] {
        let found = stores.recorded(event).await.expect("events stay");
        assert_eq!((found.kind.as_str(), found.at), (event.kind.name(), event.at), "what, and when");
    }
}

/// The remaining events reveal no address and no device; the network of the deletion is kept only if an operator
/// deleted the account.
pub async fn a_deletion_takes_what_is_personal_from_events(stores: Stores) {
    for operator in [None, Some(sample_operator_event(EventKind::AccountDeleted).actor)] {
        let sample = everything(&stores).await;
        let mut changed = sample_event(sample.account.id, EventKind::ContactChanged);
        changed.detail = Some("email a***@example.com".into());
        stores.events.record(changed.clone()).await.expect("recorded");
        let mut deletion = sample_deletion(sample.account.id, None);
        deletion.event.detail = Some("a keyed hash".into());
        deletion.event.actor = operator.clone().unwrap_or(deletion.event.actor);
        stores.accounts.delete(deletion.clone()).await.expect("deleted");
        for event in [&changed, &sample.account.event] {
            let found = stores.recorded(event).await.expect("events stay");
            assert_eq!((found.network, found.detail), (None, None), "{}", found.kind);
        }
        let last = stores.recorded(&deletion.event).await.expect("the deletion is recorded");
        let network = operator.and_then(|operator| operator.network()).map(|network| network.to_string());
        assert_eq!((last.network, last.detail.as_deref()), (network, Some("a keyed hash")));
    }
}

/// Queued messages to the user's addresses are removed.
pub async fn a_deletion_takes_messages_to_the_users_addresses(stores: Stores) {
    let (sample, other) = (everything(&stores).await, sample_email());
    for address in [&address_of(&sample), &other] {
        let request = sample_send_request(address, start());
        stores.verifications.request(request).await.expect("the store works");
    }
    delete(&stores, &sample).await;
    let left = stores.messages.claim_due(sample_claim(at(60), at(120))).await.expect("the store works");
    let left: Vec<_> = left.iter().map(|message| message.to.canonical()).collect();
    assert_eq!(left, [other.canonical()], "recipients of the messages that are left");
}

/// A deletion that was requested in a session that has ended meanwhile is not made.
pub async fn a_deletion_of_an_ended_session_is_not_made(stores: Stores) {
    let sample = everything(&stores).await;
    let mut deletion = sample_deletion(sample.account.id, None);
    deletion.by = Author::Owner { session: Some(sample_session(sample.account.id).id) };
    let outcome = stores.accounts.delete(deletion.clone()).await;
    assert!(matches!(outcome, Err(Halt::Refused(DeleteRefusal::NoAccount))), "no such session: {outcome:?}");
    assert_not_recorded(&stores, &deletion.event).await;
    deletion.by = Author::Owner { session: Some(sample.account.session.id) };
    assert!(stores.accounts.delete(deletion).await.is_ok(), "a live session");
}

/// The proof of presence pays only once.
pub async fn a_deletion_spends_its_proof(stores: Stores) {
    let sample = everything(&stores).await;
    let proof = sample_sudo_proof(&sample.account.session);
    stores.proofs.create(proof.clone()).await.expect("stored");
    stores.accounts.delete(sample_deletion(sample.account.id, Some(proof.hash))).await.expect("deleted");
    let other = everything(&stores).await;
    let outcome = stores.accounts.delete(sample_deletion(other.account.id, Some(proof.hash))).await;
    assert!(matches!(outcome, Err(Halt::Refused(DeleteRefusal::ProofUnusable))), "a proof that has paid: {outcome:?}");
}

/// An operator can delete blocked accounts, too.
pub async fn a_blocked_account_can_be_deleted(stores: Stores) {
    let sample = everything(&stores).await;
    block(&stores, sample.account.id).await;
    delete(&stores, &sample).await;
    assert!(stores.accounts.find(sample.account.id).await.expect("it works").is_none(), "a deleted account is found");
}

/// A proof that is spent, unknown or expired deletes nothing.
pub async fn an_unusable_proof_deletes_nothing(stores: Stores) {
    let sample = everything(&stores).await;
    let before = find(&stores, sample.account.id).await;
    let expired = NewProof { expires_at: at(60), ..sample_sudo_proof(&sample.account.session) };
    let kept = sample_held_proof(sample.account.id, sample_email());
    for proof in [&expired, &kept] {
        stores.proofs.create(proof.clone()).await.expect("stored");
    }
    for (what, hash) in [("spent", sample.proofs[0].hash), ("unknown", sample_proof().hash), ("expired", expired.hash)]
    {
        let deletion = sample_deletion(sample.account.id, Some(hash));
        let outcome = stores.accounts.delete(deletion.clone()).await;
        assert!(
            matches!(outcome, Err(Halt::Refused(DeleteRefusal::ProofUnusable))),
            "a proof that is {what}: {outcome:?}"
        );
        assert_not_recorded(&stores, &deletion.event).await;
    }
    assert_eq!(find(&stores, sample.account.id).await, before, "left: after the refusals, right: before");
    assert!(is_alive(&stores, &sample.account.session).await, "a refusal ended a session");
    assert_eq!(stores.proof(&kept.hash).await.state, ProofState::Unspent, "the user's other proof");
}

/// An unknown account is not deleted, and no proof is spent.
pub async fn an_unknown_account_is_not_deleted(stores: Stores) {
    let proof = stored_proof(&stores).await;
    let deletion = sample_deletion(SampleAccount::new().account.id, Some(proof.hash));
    let outcome = stores.accounts.delete(deletion.clone()).await;
    assert!(matches!(outcome, Err(Halt::Refused(DeleteRefusal::NoAccount))), "an unknown account: {outcome:?}");
    assert_eq!(stores.proof(&proof.hash).await.state, ProofState::Unspent, "a refusal spent a proof");
    assert_not_recorded(&stores, &deletion.event).await;
}

/// Deletion and event are stored together: neither is stored without the other.
pub async fn an_event_that_cannot_be_recorded_deletes_nothing(stores: Stores) {
    let sample = everything(&stores).await;
    let before = find(&stores, sample.account.id).await;
    let mut deletion = sample_deletion(sample.account.id, None);
    deletion.event.id = sample.account.event.id;
    let outcome = stores.accounts.delete(deletion).await;
    assert!(matches!(outcome, Err(Halt::Failed(_))), "an event that is there already: {outcome:?}");
    assert_eq!(find(&stores, sample.account.id).await, before, "left: after the failure, right: before");
    assert!(is_alive(&stores, &sample.account.session).await, "a failed call ended a session");
}

/// A deleted user can neither sign in nor change anything.
pub async fn a_deleted_user_does_nothing(stores: Stores) {
    let sample = everything(&stores).await;
    delete(&stores, &sample).await;
    let begun = stores.sessions.begin(sample_begin(sample_session(sample.account.id))).await;
    assert!(matches!(begun, Err(Halt::Refused(BeginRefusal::Inactive))), "a deleted user signs in: {begun:?}");
    let changed = apply(&stores, &sample, vec![Change::Profile(Profile::default())]).await;
    assert!(matches!(changed, Err(Halt::Refused(ChangeRefusal::NoAccount))), "a deleted account changes: {changed:?}");
}

/// Of fifty concurrent deletions of one account, one succeeds.
pub async fn of_fifty_deletions_one_succeeds(stores: Stores) {
    let user = everything(&stores).await.account.id;
    let deletions: Vec<_> = (0..50).map(|_| sample_deletion(user, None)).collect();
    let deleting = deletions.iter().cloned().map(|deletion| {
        let accounts = stores.accounts.clone();
        async move { accounts.delete(deletion).await }
    });
    let mut deleted = 0;
    for (outcome, deletion) in race(deleting).await.into_iter().zip(&deletions) {
        assert_eq!(
            stores.recorded(&deletion.event).await.is_some(),
            outcome.is_ok(),
            "whether there is an event, with the outcome {outcome:?}"
        );
        match outcome {
            Ok(()) => deleted += 1,
            Err(error) => assert!(matches!(error, Halt::Refused(DeleteRefusal::NoAccount)), "a loser saw {error:?}"),
        }
    }
    assert_eq!(deleted, 1, "deletions of one account that succeeded");
}

/// A user signs in while the account is deleted: whichever comes first, no session stays alive.
pub async fn no_session_outlives_a_deletion_at_once(stores: Stores) {
    for round in 0..20 {
        let sample = SampleAccount::new().with_email();
        stores.sign_up(&sample).await;
        let begin = sample_begin(sample_session(sample.account.id));
        let session = begin.session.clone();
        let (sessions, accounts) = (stores.sessions.clone(), stores.accounts.clone());
        let deletion = sample_deletion(sample.account.id, None);
        let (begun, deleted) =
            race_both(async move { sessions.begin(begin).await }, async move { accounts.delete(deletion).await }).await;
        assert!(
            matches!(begun, Ok(()) | Err(Halt::Refused(BeginRefusal::Inactive))),
            "round {round}: the sign-in: {begun:?}"
        );
        assert!(deleted.is_ok(), "round {round}: the deletion: {deleted:?}");
        assert_eq!(rotate(&stores, &session).await, Rotation::Unknown, "round {round}: a session outlived its user");
    }
}

fn address_of(sample: &SampleAccount) -> Identifier {
    sample.account.identifiers[0].identifier.clone()
}

pub(crate) fn sample_deletion(user: UserId, proof: Option<ProofHash>) -> AccountDeletion {
    let mut event = sample_event(user, EventKind::AccountDeleted);
    event.at = at(60);
    let payment = Payment::with(proof.into_iter().collect(), Vec::new(), sample_fingerprint());
    AccountDeletion { user, by: Author::Operator, payment, event, telling: None, at: at(60) }
}

async fn delete(stores: &Stores, sample: &SampleAccount) {
    let outcome = stores.accounts.delete(sample_deletion(sample.account.id, None)).await;
    assert!(outcome.is_ok(), "a known account is deleted: {outcome:?}");
}

async fn rotate(stores: &Stores, session: &NewSession) -> Rotation {
    stores.sessions.rotate(sample_rotate(session, 0, start())).await.expect("the store works")
}
