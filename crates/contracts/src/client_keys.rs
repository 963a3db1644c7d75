//! Promises of `ClientKeyStore`.

use auth_domain::client_keys::ClientKey;
use auth_domain::clients::ClientId;
use auth_domain::events::{EventKind, NewEvent};

use crate::events::{assert_not_recorded, assert_recorded};
use crate::samples::{at, sample_client_key, sample_operator_event};
use crate::{Stores, race};

/// Stamps the promises of `ClientKeyStore` into an adapter's tests. The argument is an async function
/// that makes fresh [`Stores`] and a guard.
#[macro_export]
macro_rules! client_keys {
    ($make:expr) => {
        $crate::stamp!(
            client_keys,
            $make,
            [
                lists_keys_as_they_were_made_with_the_oldest_first,
                lists_no_key_where_there_is_none,
                a_key_is_never_overwritten,
                revokes_a_key_alone,
                revokes_nothing_twice,
                revokes_no_unknown_key,
                client_keys_leave_events,
                of_fifty_revocations_one_succeeds,
            ]
        );
    };
}

/// Keys are listed in the order in which they were created, with every part, including revoked ones.
pub async fn lists_keys_as_they_were_made_with_the_oldest_first(stores: Stores) {
    let mut keys: Vec<_> = [3, 1, 2].map(|second| ClientKey { created_at: at(second), ..sample_client_key() }).into();
    keys[0].revoked_at = Some(at(4));
    keys[1].client = ClientId::parse("Another_client-1.0").expect("a client id");
    for key in &keys {
        create(&stores, key).await;
    }
    keys.sort_by_key(|key| key.created_at);
    assert_eq!(list(&stores).await, keys, "left: listed, right: by age");
    assert_eq!(list(&stores.reopened()).await, keys, "left: listed by another process, right: by age");
}

/// Fresh stores have no key.
pub async fn lists_no_key_where_there_is_none(stores: Stores) {
    assert_eq!(list(&stores).await, [], "keys of fresh stores");
}

/// Creating a key that is there fails, and leaves it unchanged.
pub async fn a_key_is_never_overwritten(stores: Stores) {
    let first = sample_client_key();
    create(&stores, &first).await;
    let second = ClientKey { client: ClientId::parse("second").expect("a client id"), ..first.clone() };
    let event = sample_operator_event(EventKind::ClientKeyCreated);
    let outcome = stores.client_keys.create(second, event.clone()).await;
    assert!(outcome.is_err(), "a key in use: {outcome:?}");
    assert_eq!(list(&stores).await, [first], "the key that is there");
    assert_not_recorded(&stores, &event).await;
}

/// A revoked key records when it was revoked; others stay as they are.
pub async fn revokes_a_key_alone(stores: Stores) {
    let (key, other) = (sample_client_key(), ClientKey { created_at: at(1), ..sample_client_key() });
    for key in [&key, &other] {
        create(&stores, key).await;
    }
    assert!(revoke(&stores, &key, 5).await, "a live key");
    let revoked = ClientKey { revoked_at: Some(at(5)), ..key };
    assert_eq!(list(&stores).await, [revoked, other], "the revoked key and another");
}

/// A key is revoked only once, and records when.
pub async fn revokes_nothing_twice(stores: Stores) {
    let key = sample_client_key();
    create(&stores, &key).await;
    assert!(revoke(&stores, &key, 5).await, "a live key");
    assert!(!revoke(&stores, &key, 6).await, "a revoked key");
    assert_eq!(list(&stores).await[0].revoked_at, Some(at(5)), "when it was revoked");
}

/// A key that was never stored is not revoked.
pub async fn revokes_no_unknown_key(stores: Stores) {
    let key = sample_client_key();
    create(&stores, &key).await;
    assert!(!revoke(&stores, &sample_client_key(), 5).await, "an unknown key");
    assert_eq!(list(&stores).await, [key], "the key that is there");
}

/// Creating and revoking a key are recorded; a call that changes nothing is not.
pub async fn client_keys_leave_events(stores: Stores) {
    let (key, made) = (sample_client_key(), sample_operator_event(EventKind::ClientKeyCreated));
    stores.client_keys.create(key.clone(), made.clone()).await.expect("a fresh key is stored");
    assert_recorded(&stores, &made).await;
    let (first, second) = (revoked(5), revoked(6));
    for (event, expected) in [(&first, true), (&second, false)] {
        let outcome = stores.client_keys.revoke(&key.key, event.clone()).await.expect("the store works");
        assert_eq!(outcome, expected, "revoked at {}", event.at);
    }
    assert_recorded(&stores, &first).await;
    assert_not_recorded(&stores, &second).await;
}

fn revoked(second: i64) -> NewEvent {
    NewEvent { at: at(second), ..sample_operator_event(EventKind::ClientKeyRevoked) }
}

/// Of fifty concurrent revocations of one key, one succeeds.
pub async fn of_fifty_revocations_one_succeeds(stores: Stores) {
    let key = sample_client_key();
    create(&stores, &key).await;
    let revoking = (0..50).map(|second| {
        let (keys, key) = (stores.client_keys.clone(), key.key.clone());
        async move { keys.revoke(&key, revoked(second)).await.expect("the store works").then_some(at(second)) }
    });
    let winners: Vec<_> = race(revoking).await.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1, "revocations that succeeded");
    assert_eq!(list(&stores).await[0].revoked_at, Some(winners[0]), "when it was revoked");
}

async fn create(stores: &Stores, key: &ClientKey) {
    let event = sample_operator_event(EventKind::ClientKeyCreated);
    stores.client_keys.create(key.clone(), event).await.expect("a fresh key is stored");
}

async fn list(stores: &Stores) -> Vec<ClientKey> {
    stores.client_keys.list().await.expect("the store works")
}

async fn revoke(stores: &Stores, key: &ClientKey, second: i64) -> bool {
    stores.client_keys.revoke(&key.key, revoked(second)).await.expect("the store works")
}
