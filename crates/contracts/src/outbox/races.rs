//! Many workers at once.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use auth_domain::accounts::UserId;
use auth_ports::{DeliveryOutcome, SettledEvent};
use uuid::Uuid;

use super::acts::{claim_some, everything, happen_often, somebody, telling};
use crate::samples::start;
use crate::{Stores, race};

/// Claims made at the same time get events of different users.
pub async fn claims_at_once_never_share_a_key(stores: Stores) {
    let stores = telling(&stores);
    for _ in 0..12 {
        happen_often(&stores, somebody(), 2).await;
    }
    let claimers = (0..8).map(|_| {
        let stores = stores.clone();
        async move { claim_some(&stores, &everything(), start(), 2, 9).await }
    });
    let claimed: Vec<_> = race(claimers).await.into_iter().flatten().collect();
    let keys: HashSet<_> = claimed.iter().map(|claimed| claimed.key).collect();
    assert_eq!(keys.len(), claimed.len(), "keys that were claimed twice");
    assert!(claimed.iter().all(|claimed| claimed.events.len() == 2), "both events of each: {claimed:?}");
}

/// While events continue to happen, several workers deliver what they claim until nothing is left.
pub async fn every_event_arrives_once_and_in_order_among_many_deliverers(stores: Stores) {
    const USERS: usize = 6;
    const EVENTS: usize = 30;
    let stores = telling(&stores);
    let users: Vec<UserId> = (0..USERS).map(|_| somebody()).collect();
    let arrived: Arc<Mutex<HashMap<UserId, Vec<Uuid>>>> = Arc::default();
    let happening = users.iter().map(|user| {
        let (stores, user) = (stores.clone(), *user);
        tokio::spawn(async move { (user, happen_often(&stores, user, EVENTS).await) })
    });
    let happening: Vec<_> = happening.collect();
    let deliverers = (0..4).map(|_| deliver(stores.clone(), Arc::clone(&arrived), USERS * EVENTS));
    race(deliverers).await;
    for one in happening {
        let (user, happened) = one.await.expect("a racer finishes");
        let arrived = arrived.lock().expect("not poisoned").remove(&user).unwrap_or_default();
        assert_eq!(arrived, happened, "left: arrived, right: happened");
    }
}

async fn deliver(stores: Stores, arrived: Arc<Mutex<HashMap<UserId, Vec<Uuid>>>>, all: usize) {
    loop {
        let claimed = claim_some(&stores, &everything(), start(), 2, 3).await;
        let mut settled = Vec::new();
        for claimed in claimed {
            for queued in claimed.events {
                let mut arrived = arrived.lock().expect("not poisoned");
                arrived.entry(queued.event.user.expect("a user's")).or_default().push(queued.event.id);
                let outcome = DeliveryOutcome::Delivered;
                settled.push(SettledEvent { key: claimed.key, id: queued.event.id, outcome });
            }
        }
        stores.outbox.settle(&everything(), settled).await.expect("the store works");
        if arrived.lock().expect("not poisoned").values().map(Vec::len).sum::<usize>() >= all {
            return;
        }
        tokio::task::yield_now().await;
    }
}
