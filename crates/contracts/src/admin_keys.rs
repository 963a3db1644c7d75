//! Promises of `AdminKeyStore`.

use auth_domain::admin::{AdminKey, AdminScope};
use auth_domain::events::{EventKind, NewEvent};
use uuid::Uuid;

use crate::events::{assert_not_recorded, assert_recorded};
use crate::samples::{at, sample_admin_key, sample_operator_event, start, unique_bytes};
use crate::{Stores, race};

/// Stamps the promises of `AdminKeyStore` into an adapter's tests. The argument is an async function
/// that makes fresh [`Stores`] and a guard.
#[macro_export]
macro_rules! admin_keys {
    ($make:expr) => {
        $crate::stamp!(
            admin_keys,
            $make,
            [
                finds_a_key_as_it_was_made,
                finds_revoked_and_expired_keys,
                finds_no_unknown_key,
                a_key_is_never_overwritten,
                lists_the_oldest_key_first,
                lists_no_key_where_there_is_none,
                revokes_a_key_alone,
                revokes_nothing_twice,
                revokes_no_unknown_key,
                keys_leave_events,
                of_fifty_revocations_one_succeeds,
            ]
        );
    };
}

/// A key is found by the hash of its secret, with every part.
pub async fn finds_a_key_as_it_was_made(stores: Stores) {
    let sparse = AdminKey { scopes: Vec::new(), ..sample_admin_key() };
    let reading = AdminKey { scopes: vec![AdminScope::Read], expires_at: Some(at(60)), ..sample_admin_key() };
    for key in [sample_admin_key(), sparse, reading] {
        create(&stores, &key).await;
        assert_eq!(find(&stores, &key).await, Some(key), "left: found, right: stored");
    }
}

/// Whether a key may be used is not for the store to decide.
pub async fn finds_revoked_and_expired_keys(stores: Stores) {
    let expired = AdminKey { expires_at: Some(start()), ..sample_admin_key() };
    let revoked = AdminKey { revoked_at: Some(at(1)), ..sample_admin_key() };
    for key in [expired, revoked] {
        create(&stores, &key).await;
        assert_eq!(find(&stores, &key).await, Some(key), "left: found, right: stored");
    }
}

/// A hash that nobody stored finds nothing.
pub async fn finds_no_unknown_key(stores: Stores) {
    create(&stores, &sample_admin_key()).await;
    assert_eq!(find(&stores, &sample_admin_key()).await, None, "a key that was never stored");
}

/// Creating a key with an id or a hash in use fails, and leaves the key that has it unchanged.
pub async fn a_key_is_never_overwritten(stores: Stores) {
    let first = sample_admin_key();
    create(&stores, &first).await;
    for (what, second) in [
        ("an id in use", AdminKey { id: first.id, name: "second".into(), ..sample_admin_key() }),
        ("a hash in use", AdminKey { hash: first.hash, name: "second".into(), ..sample_admin_key() }),
    ] {
        let event = sample_operator_event(EventKind::AdminKeyCreated);
        let outcome = stores.admin_keys.create(second, event.clone()).await;
        assert!(outcome.is_err(), "{what}: {outcome:?}");
        assert_eq!(list(&stores).await, std::slice::from_ref(&first), "keys after {what}");
        assert_not_recorded(&stores, &event).await;
    }
}

/// Keys are listed in the order in which they were created, including revoked and expired ones.
pub async fn lists_the_oldest_key_first(stores: Stores) {
    let mut keys: Vec<_> = [3, 1, 2].map(|second| AdminKey { created_at: at(second), ..sample_admin_key() }).into();
    (keys[0].revoked_at, keys[1].expires_at) = (Some(at(4)), Some(at(2)));
    for key in &keys {
        create(&stores, key).await;
    }
    keys.sort_by_key(|key| key.created_at);
    assert_eq!(list(&stores).await, keys, "left: listed, right: by age");
}

/// Fresh stores have no key.
pub async fn lists_no_key_where_there_is_none(stores: Stores) {
    assert_eq!(list(&stores).await, [], "keys of fresh stores");
}

/// A revoked key records when it was revoked; others stay as they are.
pub async fn revokes_a_key_alone(stores: Stores) {
    let (key, other) = (sample_admin_key(), sample_admin_key());
    for key in [&key, &other] {
        create(&stores, key).await;
    }
    assert!(revoke(&stores, key.id, 5).await, "a live key");
    assert_eq!(find(&stores, &key).await, Some(AdminKey { revoked_at: Some(at(5)), ..key }), "the revoked key");
    assert_eq!(find(&stores, &other).await, Some(other), "another key");
}

/// A key is revoked only once, and records when.
pub async fn revokes_nothing_twice(stores: Stores) {
    let key = sample_admin_key();
    create(&stores, &key).await;
    assert!(revoke(&stores, key.id, 5).await, "a live key");
    assert!(!revoke(&stores, key.id, 6).await, "a revoked key");
    let found = find(&stores, &key).await.expect("it is found");
    assert_eq!(found.revoked_at, Some(at(5)), "when it was revoked");
}

/// A key that was never stored is not revoked.
pub async fn revokes_no_unknown_key(stores: Stores) {
    let key = sample_admin_key();
    create(&stores, &key).await;
    assert!(!revoke(&stores, Uuid::from_bytes(unique_bytes()), 5).await, "an unknown key");
    assert_eq!(list(&stores).await, [key], "the key that is there");
}

/// Creating and revoking a key are recorded; a call that changes nothing is not.
pub async fn keys_leave_events(stores: Stores) {
    let (key, made) = (sample_admin_key(), sample_operator_event(EventKind::AdminKeyCreated));
    stores.admin_keys.create(key.clone(), made.clone()).await.expect("a fresh key is stored");
    assert_recorded(&stores, &made).await;
    let (first, second) = (revoked(5), revoked(6));
    for (event, expected) in [(&first, true), (&second, false)] {
        let outcome = stores.admin_keys.revoke(key.id, event.clone()).await.expect("the store works");
        assert_eq!(outcome, expected, "revoked at {}", event.at);
    }
    assert_recorded(&stores, &first).await;
    assert_not_recorded(&stores, &second).await;
}

fn revoked(second: i64) -> NewEvent {
    NewEvent { at: at(second), ..sample_operator_event(EventKind::AdminKeyRevoked) }
}

/// Of fifty concurrent revocations of one key, one succeeds.
pub async fn of_fifty_revocations_one_succeeds(stores: Stores) {
    let key = sample_admin_key();
    create(&stores, &key).await;
    let revoking = (0..50).map(|second| {
        let (keys, id) = (stores.admin_keys.clone(), key.id);
        async move { keys.revoke(id, revoked(second)).await.expect("the store works").then_some(at(second)) }
    });
    let winners: Vec<_> = race(revoking).await.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1, "revocations that succeeded");
    let found = find(&stores, &key).await.expect("it is found");
    assert_eq!(found.revoked_at, Some(winners[0]), "when it was revoked");
}

async fn create(stores: &Stores, key: &AdminKey) {
    stores
        .admin_keys
        .create(key.clone(), sample_operator_event(EventKind::AdminKeyCreated))
        .await
        .expect("a fresh key is stored");
}

async fn find(stores: &Stores, key: &AdminKey) -> Option<AdminKey> {
    stores.admin_keys.find(&key.hash).await.expect("the store works")
}

async fn list(stores: &Stores) -> Vec<AdminKey> {
    stores.admin_keys.list().await.expect("the store works")
}

async fn revoke(stores: &Stores, id: Uuid, second: i64) -> bool {
    stores.admin_keys.revoke(id, revoked(second)).await.expect("the store works")
}
