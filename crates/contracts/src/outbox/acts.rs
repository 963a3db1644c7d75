//! What the tests of these promises do with events.

use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::outbox::{DeadLetter, DeadLetterPage, OrderingKey, OutgoingEvent, SubscriberId};
use auth_ports::{ClaimEvents, ClaimedEvents, DeliveryOutcome, SettledEvent};
use uuid::Uuid;

use crate::Stores;
use crate::samples::{SampleAccount, at, sample_event, sample_subscriber, sample_subscribers, start};

/// Returns these stores with the sample subscribers.
pub(super) fn telling(stores: &Stores) -> Stores {
    stores.telling(sample_subscribers())
}

/// A subscriber to everything.
pub(super) fn everything() -> SubscriberId {
    sample_subscriber("everything")
}

/// A subscriber to what happens to users.
pub(super) fn users() -> SubscriberId {
    sample_subscriber("users")
}

/// Records an event of this kind for this user, which the subscriber to everything receives.
pub(super) async fn happen(stores: &Stores, user: UserId, kind: EventKind) -> NewEvent {
    happen_at(stores, user, kind, start()).await
}

pub(super) async fn happen_at(stores: &Stores, user: UserId, kind: EventKind, at: Timestamp) -> NewEvent {
    let event = NewEvent { at, ..sample_event(user, kind) };
    stores.events.record(event.clone()).await.expect("a fresh event is recorded");
    event
}

/// Records this many sign-ins of this user, one after another, and returns their ids.
pub(super) async fn happen_often(stores: &Stores, user: UserId, times: usize) -> Vec<Uuid> {
    let mut ids = Vec::with_capacity(times);
    for _ in 0..times {
        ids.push(happen(stores, user, EventKind::SignedIn).await.id);
    }
    ids
}

pub(super) fn somebody() -> UserId {
    SampleAccount::new().account.id
}

/// Claims everything that is due now and not leased, for a minute.
pub(super) async fn claim(stores: &Stores, subscriber: &SubscriberId, now: Timestamp) -> Vec<ClaimedEvents> {
    claim_some(stores, subscriber, now, 1_000, 1_000).await
}

pub(super) async fn claim_some(
    stores: &Stores,
    subscriber: &SubscriberId,
    now: Timestamp,
    keys: u16,
    per_key: u16,
) -> Vec<ClaimedEvents> {
    let leased_until = now + chrono::TimeDelta::seconds(60);
    let claim = ClaimEvents { subscriber: subscriber.clone(), now, leased_until, keys, per_key };
    stores.outbox.claim(claim).await.expect("the store works")
}

/// Hastens what waits for the subscriber to everything, and returns how many keys there were.
pub(super) async fn hasten(stores: &Stores, now: Timestamp, latest: &[Timestamp], keys: u16) -> u64 {
    stores.outbox.hasten(&everything(), now, latest, keys).await.expect("the store works")
}

/// Claims, a day after the start, what waits for the subscriber.
pub(super) async fn told(stores: &Stores, subscriber: &SubscriberId) -> Vec<OutgoingEvent> {
    let claimed = claim(stores, subscriber, at(86_400)).await;
    claimed.into_iter().flat_map(|claimed| claimed.events).map(|queued| queued.event).collect()
}

/// Returns the ids of claimed events.
pub(super) fn ids(claimed: &[ClaimedEvents]) -> Vec<Uuid> {
    claimed.iter().flat_map(|claimed| &claimed.events).map(|queued| queued.event.id).collect()
}

pub(super) async fn settle(
    stores: &Stores,
    subscriber: &SubscriberId,
    user: UserId,
    id: Uuid,
    outcome: DeliveryOutcome,
) {
    let settled = SettledEvent { key: OrderingKey::of(Some(user), id), id, outcome };
    stores.outbox.settle(subscriber, vec![settled]).await.expect("the store works");
}

/// Claims everything that is due and gives up the first event of each key.
pub(super) async fn give_up(stores: &Stores, subscriber: &SubscriberId, now: Timestamp) -> Vec<Uuid> {
    let claimed = claim(stores, subscriber, now).await;
    let outcome = DeliveryOutcome::GivenUp { problem: "the receiver answered 500".into(), at: now };
    let settle = |claimed: &ClaimedEvents| SettledEvent {
        key: claimed.key,
        id: claimed.events[0].event.id,
        outcome: outcome.clone(),
    };
    let settled: Vec<_> = claimed.iter().map(settle).collect();
    let ids = settled.iter().map(|settled| settled.id).collect();
    stores.outbox.settle(subscriber, settled).await.expect("the store works");
    ids
}

pub(super) async fn letters(stores: &Stores, subscriber: Option<&SubscriberId>) -> Vec<DeadLetter> {
    let page = DeadLetterPage { subscriber: subscriber.cloned(), event: None, before: None, limit: 1_000 };
    stores.dead_letters.list(page).await.expect("the store works")
}
