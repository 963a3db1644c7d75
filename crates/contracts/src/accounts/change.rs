//! Promises of `change`, when nothing prevents it.

use auth_domain::accounts::change::{AccountChange, Author, Change, SessionsToEnd};
use auth_domain::accounts::{Account, AccountIdentifier, UserId};
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::external_identities::{ExternalIdentity, ExternalProfile, ProviderId};
use auth_domain::identifier::{Identifier, IdentifierKind};
use auth_domain::profile::Profile;
use auth_domain::proofs::{NewProof, ProofState, Spending};
use auth_domain::sessions::NewSession;
use auth_ports::{ChangeRefusal, Halt};

use super::register::sorted;
use crate::Stores;
use crate::events::assert_recorded;
use crate::samples::{
    SampleAccount, at, fingerprint_of, pay_with, sample_begin, sample_email, sample_event, sample_external_profile,
    sample_password_hash, sample_phone_number, sample_proof, sample_session, sample_unbinding, sample_username,
    spelled_username, start,
};
use crate::sessions::is_alive;

/// The new profile replaces the old one as a whole: parts that it lacks are removed.
pub async fn changes_the_profile(stores: Stores) {
    let sample = everything(&stores).await;
    let profile = Profile { name: Some("Ben".into()), ..Profile::default() };
    assert_changes(&stores, &sample, vec![Change::Profile(profile.clone())], |account| account.profile = profile).await;
}

/// An identifier of a kind that the account lacks is added, and the account is found by it.
pub async fn adds_an_identifier(stores: Stores) {
    let sample = SampleAccount::new().with_email();
    stores.sign_up(&sample).await;
    let held = proven(sample_phone_number());
    let change = Change::Identifier(held.clone());
    assert_changes(&stores, &sample, vec![change], |account| account.identifiers.push(held.clone())).await;
    assert_eq!(owner(&stores, &held.identifier).await, Some(sample.account.id), "owner of the new identifier");
}

/// An identifier replaces the one of its kind, which is free immediately.
pub async fn replacing_an_identifier_frees_the_old_one(stores: Stores) {
    for kind in [IdentifierKind::EMAIL, IdentifierKind::PHONE_NUMBER, IdentifierKind::USERNAME] {
        let sample = everything(&stores).await;
        let old = sample.account.identifiers.iter().find(|held| held.identifier.kind() == kind).expect("it has all");
        let new = match kind {
            IdentifierKind::EMAIL => proven(sample_email()),
            IdentifierKind::PHONE_NUMBER => proven(sample_phone_number()),
            _ => AccountIdentifier {
                identifier: spelled_username(&sample_username()),
                verified_at: None,
                added_at: at(60),
            },
        };
        assert_changes(&stores, &sample, vec![Change::Identifier(new.clone())], |account| {
            account.identifiers.retain(|held| held.identifier.kind() != kind);
            account.identifiers.push(new.clone());
        })
        .await;
        assert_eq!(owner(&stores, &old.identifier).await, None, "owner of the {kind} that was replaced");
        let next = SampleAccount::new().with_identifier(old.identifier.clone(), old.verified_at);
        let outcome = stores.try_sign_up(&next).await;
        assert!(outcome.is_ok(), "the {kind} that was replaced is free: {outcome:?}");
    }
}

/// A user can change the spelling of their own name.
pub async fn respells_an_identifier(stores: Stores) {
    let username = sample_username();
    let sample = SampleAccount::new().with_email().with_username(&username);
    stores.sign_up(&sample).await;
    let shouted = AccountIdentifier {
        identifier: spelled_username(&username.to_uppercase()),
        verified_at: None,
        added_at: at(60),
    };
    assert_changes(&stores, &sample, vec![Change::Identifier(shouted.clone())], |account| {
        account.identifiers.retain(|held| held.identifier.kind() != IdentifierKind::USERNAME);
        account.identifiers.push(AccountIdentifier { added_at: start(), ..shouted.clone() });
    })
    .await;
    assert_eq!(owner(&stores, &shouted.identifier).await, Some(sample.account.id), "owner of the name");
}

/// The first password is set, the next one replaces it, and the account records when.
pub async fn changes_the_password(stores: Stores) {
    let sample = SampleAccount::new().with_email();
    stores.sign_up(&sample).await;
    for what in ["first", "second"] {
        let hash = sample_password_hash();
        assert_changes(&stores, &sample, vec![Change::Password(hash.clone())], |account| {
            account.password = Some(hash);
            account.password_updated_at = Some(at(60));
        })
        .await;
        let found = find(&stores, sample.account.id).await;
        assert!(found.password.is_some(), "the {what} password");
    }
}

/// An identity is bound in addition to those of other providers, and the account is found by it.
pub async fn binds_an_identity(stores: Stores) {
    let sample = everything(&stores).await;
    let profile = identity_at("google");
    assert_changes(&stores, &sample, vec![Change::Bind(Box::new(profile.clone()))], |account| {
        account.external_identities.push(bound(&profile));
    })
    .await;
    assert_eq!(bound_to(&stores, &profile).await, Some(sample.account.id), "owner of the new identity");
}

/// A first password is set like any other, and can be replaced.
pub async fn sets_the_first_password(stores: Stores) {
    let sample = SampleAccount::new().with_email();
    stores.sign_up(&sample).await;
    let hash = sample_password_hash();
    assert_changes(&stores, &sample, vec![Change::FirstPassword(hash.clone())], |account| {
        account.password = Some(hash);
        account.password_updated_at = Some(at(60));
    })
    .await;
    apply(&stores, &sample, vec![Change::Password(sample_password_hash())]).await.expect("replaced");
}

/// An identity that was unbound makes room for another one of the same provider, and is free immediately.
pub async fn unbinding_makes_room_for_another_identity(stores: Stores) {
    let sample = everything(&stores).await;
    let old = sample.account.external_identity.clone().expect("it has one");
    let new = ExternalProfile { provider: old.provider.clone(), ..sample_external_profile() };
    let unbinding = sample_unbinding(old.provider.clone(), Vec::new());
    let changes = vec![Change::Unbind(unbinding), Change::Bind(Box::new(new.clone()))];
    assert_changes(&stores, &sample, changes, |account| {
        account.external_identities = vec![bound(&new)];
    })
    .await;
    assert_eq!(bound_to(&stores, &old).await, None, "owner of the identity that was unbound");
    let outcome = stores.try_sign_up(&SampleAccount::new().with_external_profile(old)).await;
    assert!(outcome.is_ok(), "the identity that was unbound is free: {outcome:?}");
}

/// Binding the same identity again updates what the third party reports.
pub async fn rebinds_its_own_identity(stores: Stores) {
    let sample = everything(&stores).await;
    let mut renewed = sample.account.external_identity.clone().expect("it has one");
    (renewed.name, renewed.picture) = (Some("Ann Newname".into()), None);
    assert_changes(&stores, &sample, vec![Change::Bind(Box::new(renewed.clone()))], |account| {
        account.external_identities = vec![bound(&renewed)];
    })
    .await;
}

/// An unbound identity is free immediately; those of other providers stay.
pub async fn unbinds_an_identity(stores: Stores) {
    let sample = everything(&stores).await;
    let (first, second) = (sample.account.external_identity.clone().expect("it has one"), identity_at("google"));
    apply(&stores, &sample, vec![Change::Bind(Box::new(second.clone()))]).await.expect("bound");
    let unbinding = sample_unbinding(first.provider.clone(), Vec::new());
    assert_changes(&stores, &sample, vec![Change::Unbind(unbinding)], |account| {
        account.external_identities = vec![bound(&second)];
    })
    .await;
    assert_eq!(bound_to(&stores, &first).await, None, "owner of the unbound identity");
    let outcome = stores.try_sign_up(&SampleAccount::new().with_external_profile(first)).await;
    assert!(outcome.is_ok(), "the unbound identity is free: {outcome:?}");
}

/// Several things change together.
pub async fn makes_several_changes_together(stores: Stores) {
    let sample = everything(&stores).await;
    let (email, profile, hash) = (proven(sample_email()), identity_at("google"), sample_password_hash());
    let old = sample.account.external_identity.clone().expect("it has one");
    let changes = vec![
        Change::Identifier(email.clone()),
        Change::Password(hash.clone()),
        Change::Bind(Box::new(profile.clone())),
        Change::Unbind(sample_unbinding(old.provider, Vec::new())),
        Change::Profile(Profile::default()),
    ];
    assert_changes(&stores, &sample, changes, |account| {
        account.identifiers.retain(|held| held.identifier.kind() != IdentifierKind::EMAIL);
        account.identifiers.push(email.clone());
        account.external_identities = vec![bound(&profile)];
        account.profile = Profile::default();
        account.password = Some(hash);
        account.password_updated_at = Some(at(60));
    })
    .await;
}

/// An address that was unproven is proven from now on; one that was proven before keeps its time, and one that the
/// user no longer has does not come back.
pub async fn proves_an_identifier_that_the_user_has(stores: Stores) {
    let sample = SampleAccount::new().with_identifier(sample_email(), None).with_phone_number();
    stores.sign_up(&sample).await;
    let [email, phone_number] = [0, 1].map(|place| sample.account.identifiers[place].clone());
    let before = find(&stores, sample.account.id).await;
    for (identifier, verified_at) in [(&phone_number, phone_number.verified_at), (&email, Some(at(60)))] {
        apply(&stores, &sample, vec![Change::Proven(identifier.identifier.clone())]).await.expect("an active user");
        let found = find(&stores, sample.account.id).await;
        let held = found.identifier(identifier.identifier.kind()).expect("it is still theirs");
        assert_eq!(held.verified_at, verified_at, "{:?}", identifier.identifier);
    }
    apply(&stores, &sample, vec![Change::Proven(sample_email())]).await.expect("an active user");
    let found = find(&stores, sample.account.id).await;
    assert_eq!(found.identifiers.len(), before.identifiers.len(), "an address that the user does not have");
}

/// The proofs record when they were spent, for whom, and on which request.
pub async fn a_change_spends_its_proofs(stores: Stores) {
    let sample = everything(&stores).await;
    let proofs = [stored_proof(&stores).await, stored_proof(&stores).await];
    let mut change = sample_change(sample.account.id, vec![Change::Password(sample_password_hash())]);
    proofs.iter().for_each(|proof| pay_with(&mut change.payment, proof.hash));
    stores.accounts.change(change.clone()).await.expect("good proofs");
    for proof in proofs {
        let expected =
            Spending { at: change.at, user: change.user, fingerprint: fingerprint_of(change.payment.as_ref()) };
        assert_eq!(stores.proof(&proof.hash).await.state, ProofState::Spent(expected), "a proof that paid");
    }
}

/// Every event is recorded: a single event for several changes would hide some of them.
pub async fn a_change_records_its_events(stores: Stores) {
    let sample = everything(&stores).await;
    let mut change = sample_change(sample.account.id, vec![Change::Profile(Profile::default())]);
    change.events.push(NewEvent { at: at(60), ..sample_event(sample.account.id, EventKind::UsernameChanged) });
    stores.accounts.change(change.clone()).await.expect("nothing prevents the change");
    for event in &change.events {
        assert_recorded(&stores, event).await;
    }
}

/// The sessions that the change names end, and none of another user.
pub async fn a_change_ends_the_sessions_that_it_names(stores: Stores) {
    let other = everything(&stores).await;
    for (what, end, alive) in [
        ("none", (|_| SessionsToEnd::None) as fn(&NewSession) -> SessionsToEnd, [true, true, true]),
        ("all but one", |session| SessionsToEnd::AllBut(session.id), [false, true, false]),
        ("all", |_| SessionsToEnd::All, [false, false, false]),
    ] {
        let sessions = three_sessions(&stores).await;
        let mut change = sample_change(sessions[0].user, vec![Change::Password(sample_password_hash())]);
        change.end_sessions = end(&sessions[1]);
        stores.accounts.change(change).await.expect("nothing prevents the change");
        for (place, (session, expected)) in sessions.iter().zip(alive).enumerate() {
            assert_eq!(
                is_alive(&stores, session).await,
                expected,
                "whether session {place} is alive after ending {what}"
            );
        }
        assert!(is_alive(&stores, &other.account.session).await, "another user's session ended");
    }
}

/// An account with every part, registered.
pub(super) async fn everything(stores: &Stores) -> SampleAccount {
    let sample = SampleAccount::new()
        .with_email()
        .with_phone_number()
        .with_username(&sample_username())
        .with_external_identity()
        .with_password()
        .with_profile();
    stores.sign_up(&sample).await;
    sample
}

/// A change of this account, a minute after the start, that spends no proof and ends no session.
pub(crate) fn sample_change(user: UserId, changes: Vec<Change>) -> AccountChange {
    let event = NewEvent { at: at(60), ..sample_event(user, EventKind::ProfileChanged) };
    AccountChange {
        user,
        by: Author::Owner { session: None },
        changes,
        payment: None,
        end_sessions: SessionsToEnd::None,
        events: vec![event],
        telling: None,
        at: at(60),
    }
}

pub(super) async fn apply(
    stores: &Stores,
    sample: &SampleAccount,
    changes: Vec<Change>,
) -> Result<(), Halt<ChangeRefusal>> {
    stores.accounts.change(sample_change(sample.account.id, changes)).await
}

pub(super) async fn find(stores: &Stores, user: UserId) -> Account {
    let found = stores.accounts.find(user).await.expect("the store works");
    sorted(found.expect("a registered account is found"))
}

pub(super) async fn stored_proof(stores: &Stores) -> NewProof {
    let proof = sample_proof();
    stores.proofs.create(proof.clone()).await.expect("stored");
    proof
}

pub(super) fn proven(identifier: Identifier) -> AccountIdentifier {
    AccountIdentifier { identifier, verified_at: Some(at(60)), added_at: at(60) }
}

/// An identity at this third party that nobody has.
pub(super) fn identity_at(provider: &str) -> ExternalProfile {
    ExternalProfile { provider: ProviderId::parse(provider).expect("a provider"), ..sample_external_profile() }
}

async fn three_sessions(stores: &Stores) -> [NewSession; 3] {
    let first = everything(stores).await.account.session;
    let others = [sample_session(first.user), sample_session(first.user)];
    for session in &others {
        stores.sessions.begin(sample_begin(session.clone())).await.expect("begun");
    }
    let [second, third] = others;
    [first, second, third]
}

fn bound(profile: &ExternalProfile) -> ExternalIdentity {
    ExternalIdentity { profile: profile.clone(), bound_at: at(60) }
}

async fn bound_to(stores: &Stores, profile: &ExternalProfile) -> Option<UserId> {
    let found = stores.accounts.find_by_external_identity(&profile.provider, &profile.subject).await;
    found.expect("the store works").map(|account| account.id)
}

async fn owner(stores: &Stores, identifier: &Identifier) -> Option<UserId> {
    stores.accounts.find_owner(identifier).await.expect("the store works")
}

/// Asserts that the changes succeed and do to the account what `expected` does, and nothing else.
async fn assert_changes(
    stores: &Stores,
    sample: &SampleAccount,
    changes: Vec<Change>,
    expected: impl FnOnce(&mut Account),
) {
    let mut account = find(stores, sample.account.id).await;
    let outcome = apply(stores, sample, changes).await;
    assert!(outcome.is_ok(), "nothing prevents the change: {outcome:?}");
    expected(&mut account);
    account.updated_at = at(60);
    assert_eq!(find(stores, sample.account.id).await, sorted(account), "left: found, right: changed");
}
