//! Promises of the methods that find accounts.

use auth_domain::Timestamp;
use auth_domain::accounts::{Account, AccountIdentifier, UserId};
use auth_domain::events::EventKind;
use auth_domain::external_identities::ProviderId;
use auth_domain::identifier::{Identifier, IdentifierKind};
use auth_domain::sessions::SessionId;

use super::register::sorted;
use crate::Stores;
use crate::samples::{
    SampleAccount, just_before, sample_begin, sample_email, sample_event, sample_rotate, sample_session,
    sample_username, spelled_email, spelled_username, start,
};

/// Every identifier belongs to its owner, and to nobody else.
pub async fn finds_the_owner_by_every_identifier(stores: Stores) {
    let people = [ann(), ann()];
    for person in &people {
        stores.sign_up(person).await;
    }
    for person in &people {
        for held in &person.account.identifiers {
            assert_eq!(owner(&stores, &held.identifier).await, Some(person.account.id), "owner of {held:?}");
        }
    }
}

/// Case does not matter.
pub async fn finds_the_owner_by_another_spelling(stores: Stores) {
    let (email, username) = (sample_email(), sample_username());
    let sample = SampleAccount::new().with_address(email.clone()).with_username(&username);
    stores.sign_up(&sample).await;
    for other in [spelled_email(&email.shown().to_uppercase()), spelled_username(&username.to_uppercase())] {
        assert_eq!(owner(&stores, &other).await, Some(sample.account.id), "owner of {}", other.shown());
    }
}

/// Nobody owns an identifier that was never registered.
pub async fn finds_no_owner_of_an_unknown_identifier(stores: Stores) {
    stores.sign_up(&ann()).await;
    assert_eq!(owner(&stores, &sample_email()).await, None, "owner of an unknown address");
}

/// Equal texts of different kinds are different identifiers.
pub async fn keeps_kinds_of_identifiers_apart(stores: Stores) {
    let username = spelled_username(&sample_username());
    let of_kind = |kind| Identifier::from_parts(kind, username.canonical().to_owned(), username.shown().to_owned());
    stores.sign_up(&SampleAccount::new().with_identifier(username.clone(), None)).await;
    let as_email = of_kind(IdentifierKind::EMAIL);
    assert_eq!(owner(&stores, &as_email).await, None, "a username was mistaken for an address");
    stores.sign_up(&SampleAccount::new().with_identifier(as_email, Some(start()))).await;
}

/// Identifiers are shown as their owner wrote them.
pub async fn shows_identifiers_as_they_were_written(stores: Stores) {
    let sample = ann();
    stores.sign_up(&sample).await;
    let shown = |account: Account| -> Vec<(IdentifierKind, String)> {
        let one = |held: &AccountIdentifier| (held.identifier.kind(), held.identifier.shown().to_owned());
        sorted(account).identifiers.iter().map(one).collect()
    };
    let found = stores.accounts.find(sample.account.id).await.expect("the store works").expect("it is there");
    let mut written: Vec<_> = sample.account.identifiers.iter().map(|held| &held.identifier).collect();
    written.sort_by_key(|identifier| identifier.kind());
    let written: Vec<_> = written.iter().map(|one| (one.kind(), one.shown().to_owned())).collect();
    assert_eq!(shown(found), written, "left: as found, right: as written");
}

/// An account is found by any of its identifiers as `find` finds it.
pub async fn finds_the_account_by_every_identifier(stores: Stores) {
    let people = [ann(), ann()];
    for person in &people {
        stores.sign_up(person).await;
    }
    for person in &people {
        let plain = stores.accounts.find(person.account.id).await.expect("the store works").map(sorted);
        for held in &person.account.identifiers {
            let found = stores.accounts.find_by_identifier(&held.identifier).await.expect("the store works");
            assert_eq!(found.map(sorted), plain, "left: by {held:?}, right: by its id");
        }
    }
}

/// Case does not matter.
pub async fn finds_the_account_by_another_spelling(stores: Stores) {
    let (email, username) = (sample_email(), sample_username());
    let sample = SampleAccount::new().with_address(email.clone()).with_username(&username);
    stores.sign_up(&sample).await;
    for other in [spelled_email(&email.shown().to_uppercase()), spelled_username(&username.to_uppercase())] {
        let found = stores.accounts.find_by_identifier(&other).await.expect("the store works");
        assert_eq!(found.map(|account| account.id), Some(sample.account.id), "found by {}", other.shown());
    }
}

/// No account is found by an identifier that was never registered.
pub async fn finds_no_account_by_an_unknown_identifier(stores: Stores) {
    stores.sign_up(&ann()).await;
    let found = stores.accounts.find_by_identifier(&sample_email()).await.expect("the store works");
    assert!(found.is_none(), "an unknown address found {found:?}");
}

/// An account is found by a third party's identity as `find` finds it.
pub async fn finds_the_account_by_its_external_identity(stores: Stores) {
    let people = [ann(), ann()];
    for person in &people {
        stores.sign_up(person).await;
    }
    for person in &people {
        let profile = person.account.external_identity.as_ref().expect("ann has one");
        let plain = stores.accounts.find(person.account.id).await.expect("the store works").map(sorted);
        let found = stores.accounts.find_by_external_identity(&profile.provider, &profile.subject).await;
        assert_eq!(found.expect("the store works").map(sorted), plain, "left: by its identity, right: by its id");
    }
}

/// Only the exact pair counts: not the same subject at another provider, not another subject, not another case.
pub async fn finds_no_account_by_half_an_external_identity(stores: Stores) {
    let sample = ann();
    stores.sign_up(&sample).await;
    let profile = sample.account.external_identity.expect("ann has one");
    let elsewhere = ProviderId::parse("google").expect("a provider");
    for (provider, subject) in [
        (&elsewhere, profile.subject.clone()),
        (&profile.provider, format!("{}0", profile.subject)),
        (&profile.provider, profile.subject.to_uppercase()),
    ] {
        let found = stores.accounts.find_by_external_identity(provider, &subject).await.expect("the store works");
        assert!(found.is_none(), "{subject} at {provider} found {found:?}");
    }
}

/// No account is found by an id that was never registered.
pub async fn finds_no_unknown_account(stores: Stores) {
    stores.sign_up(&ann()).await;
    let found = stores.accounts.find(ann().account.id).await.expect("the store works");
    assert!(found.is_none(), "an unknown id found {found:?}");
}

/// An account is found in a live session as `find` finds it.
pub async fn finds_in_a_live_session(stores: Stores) {
    let sample = ann();
    stores.sign_up(&sample).await;
    let id = sample.account.id;
    let found = stores.accounts.find_in_session(id, sample.account.session.id, start()).await.expect("it works");
    let plain = stores.accounts.find(id).await.expect("the store works");
    assert!(plain.is_some(), "the account is not found at all");
    assert_eq!(found.map(sorted), plain.map(sorted), "left: in its session, right: by its id");
}

/// A session is alive at its last instant.
pub async fn finds_in_a_session_until_its_last_instant(stores: Stores) {
    let sample = ann();
    stores.sign_up(&sample).await;
    let session = &sample.account.session;
    let found = is_found(&stores, session.user, session.id, just_before(session.expires_at)).await;
    assert!(found, "a session ended before it expired");
}

/// A session has ended at the very instant at which it expires.
pub async fn finds_nothing_in_an_expired_session(stores: Stores) {
    let sample = ann();
    stores.sign_up(&sample).await;
    let session = &sample.account.session;
    let found = is_found(&stores, session.user, session.id, session.expires_at).await;
    assert!(!found, "a session was alive after it expired");
}

/// A session that its user ended admits nobody; the user's other session does.
pub async fn finds_nothing_in_an_ended_session(stores: Stores) {
    let sample = ann();
    stores.sign_up(&sample).await;
    let (user, first) = (sample.account.id, sample.account.session.id);
    let second = sample_session(user);
    stores.sessions.begin(sample_begin(second.clone())).await.expect("an active user begins a session");
    let event = sample_event(user, EventKind::SignedOut);
    assert!(stores.sessions.end(user, first, event).await.expect("the store works"), "the session was alive");
    assert!(!is_found(&stores, user, first, start()).await, "an ended session admitted somebody");
    assert!(is_found(&stores, user, second.id, start()).await, "another session ended as well");
}

/// A refreshed session stays alive.
pub async fn finds_in_a_refreshed_session(stores: Stores) {
    let sample = ann();
    stores.sign_up(&sample).await;
    let session = &sample.account.session;
    stores.sessions.rotate(sample_rotate(session, 0, start())).await.expect("the store works");
    assert!(is_found(&stores, session.user, session.id, start()).await, "a refreshed session admitted nobody");
}

/// A session that never began admits nobody.
pub async fn finds_nothing_in_an_unknown_session(stores: Stores) {
    let sample = ann();
    stores.sign_up(&sample).await;
    let id = sample.account.id;
    assert!(!is_found(&stores, id, sample_session(id).id, start()).await, "an unknown session admitted somebody");
}

/// A session admits only its own user.
pub async fn finds_nothing_in_another_users_session(stores: Stores) {
    let (one, other) = (ann(), ann());
    for person in [&one, &other] {
        stores.sign_up(person).await;
    }
    let found = is_found(&stores, one.account.id, other.account.session.id, start()).await;
    assert!(!found, "another user's session admitted somebody");
}

/// An unknown user is in no session, not even in one that exists.
pub async fn finds_nothing_for_an_unknown_user(stores: Stores) {
    let sample = ann();
    stores.sign_up(&sample).await;
    let found = is_found(&stores, ann().account.id, sample.account.session.id, start()).await;
    assert!(!found, "an unknown user was admitted");
}

fn ann() -> SampleAccount {
    SampleAccount::new().with_email().with_phone_number().with_username(&sample_username()).with_external_identity()
}

async fn owner(stores: &Stores, identifier: &Identifier) -> Option<UserId> {
    stores.accounts.find_owner(identifier).await.expect("the store works")
}

async fn is_found(stores: &Stores, user: UserId, session: SessionId, now: Timestamp) -> bool {
    stores.accounts.find_in_session(user, session, now).await.expect("the store works").is_some()
}
