//! Which claim gets an event, and for how long.

use auth_domain::events::EventKind;
use auth_ports::DeliveryOutcome;

use super::acts::{claim, claim_some, everything, happen, happen_often, ids, settle, somebody, telling, users};
use crate::Stores;
use crate::samples::{at, just_before, start};

/// An event may be claimed at the very instant at which it happened.
pub async fn an_event_is_due_at_once(stores: Stores) {
    let stores = telling(&stores);
    let event = happen(&stores, somebody(), EventKind::SignedIn).await;
    assert_eq!(ids(&claim(&stores, &everything(), start()).await), [event.id], "claimed when it happened");
}

/// `now` decides, not the machine's clock.
pub async fn an_event_is_not_due_before_it_happened(stores: Stores) {
    let stores = telling(&stores);
    happen(&stores, somebody(), EventKind::SignedIn).await;
    assert_eq!(claim(&stores, &everything(), just_before(start())).await, [], "claimed before it happened");
}

/// Until the lease ends, no other claim gets events of that user, not even new ones.
pub async fn claimed_events_are_leased(stores: Stores) {
    let stores = telling(&stores);
    let user = somebody();
    let event = happen(&stores, user, EventKind::SignedIn).await;
    assert_eq!(ids(&claim(&stores, &everything(), start()).await), [event.id], "the first claim");
    happen(&stores, user, EventKind::SignedOut).await;
    for now in [start(), at(59), just_before(at(60))] {
        assert_eq!(claim(&stores, &everything(), now).await, [], "claimed under a lease, at {now}");
    }
}

/// A worker that crashed does not take its events with it.
pub async fn a_lease_that_ran_out_is_claimed_again_with_all_that_it_held(stores: Stores) {
    let stores = telling(&stores);
    let mut expected = happen_often(&stores, somebody(), 2).await;
    let first = claim(&stores, &everything(), start()).await;
    assert_eq!(ids(&first), expected, "the first claim");
    expected.extend(happen_often(&stores, first[0].events[0].event.user.expect("a user's"), 1).await);
    let second = claim(&stores, &everything(), at(60)).await;
    assert_eq!(ids(&second), expected, "claimed when the lease ended");
    assert_eq!(second[0].events[0].failures, 0, "a deliverer that died says nothing about the event");
}

/// The rest stays for the next claim. A claim of no keys gets no events.
pub async fn a_claim_takes_no_more_keys_than_it_wants(stores: Stores) {
    let stores = telling(&stores);
    for _ in 0..5 {
        happen_often(&stores, somebody(), 2).await;
    }
    for (keys, taken) in [(0, 0), (2, 2), (2, 2), (2, 1), (2, 0)] {
        let claimed = claim_some(&stores, &everything(), start(), keys, 9).await;
        assert_eq!(claimed.len(), taken, "keys of a claim of {keys}");
        assert!(claimed.iter().all(|claimed| claimed.events.len() == 2), "both events of each: {claimed:?}");
    }
}

/// A claim gets the first events; the rest stays until those are settled.
pub async fn a_claim_takes_no_more_events_of_a_key_than_it_wants(stores: Stores) {
    let stores = telling(&stores);
    let user = somebody();
    let all = happen_often(&stores, user, 5).await;
    for expected in all.chunks(2) {
        let claimed = claim_some(&stores, &everything(), start(), 9, 2).await;
        assert_eq!(ids(&claimed), expected, "in pairs");
        for id in expected {
            settle(&stores, &everything(), user, *id, DeliveryOutcome::Delivered).await;
        }
    }
    assert_eq!(claim(&stores, &everything(), at(99)).await, [], "after the last one");
}

/// What one subscriber claims or discards still waits for the other.
pub async fn each_subscriber_has_a_queue_of_its_own(stores: Stores) {
    let stores = telling(&stores);
    let user = somebody();
    let event = happen(&stores, user, EventKind::UserBlocked).await;
    assert_eq!(ids(&claim(&stores, &everything(), start()).await), [event.id], "the one");
    settle(&stores, &everything(), user, event.id, DeliveryOutcome::Delivered).await;
    assert_eq!(ids(&claim(&stores, &users(), start()).await), [event.id], "the other");
}

/// Not even the end of the lease brings it back.
pub async fn an_event_that_was_delivered_is_gone(stores: Stores) {
    let stores = telling(&stores);
    let user = somebody();
    let id = happen_often(&stores, user, 1).await[0];
    claim(&stores, &everything(), start()).await;
    settle(&stores, &everything(), user, id, DeliveryOutcome::Delivered).await;
    assert_eq!(claim(&stores, &everything(), at(3_600)).await, [], "an hour later");
}

/// Another worker was faster, which does no harm.
pub async fn unknown_events_are_settled_without_effect(stores: Stores) {
    let stores = telling(&stores);
    let user = somebody();
    let id = happen_often(&stores, user, 1).await[0];
    let unknown = uuid::Uuid::from_bytes(crate::samples::unique_bytes());
    for outcome in [
        DeliveryOutcome::Delivered,
        DeliveryOutcome::GivenUp { problem: String::new(), at: start() },
        DeliveryOutcome::PutBack { at: at(9) },
    ] {
        settle(&stores, &everything(), user, unknown, outcome).await;
    }
    assert_eq!(ids(&claim(&stores, &everything(), start()).await), [id], "the one that is there");
    assert_eq!(super::acts::letters(&stores, None).await, [], "dead letters");
}
