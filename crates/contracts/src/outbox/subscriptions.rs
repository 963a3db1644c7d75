//! Subscribers that have unsubscribed, and how far the others are behind.

use auth_domain::events::EventKind;
use auth_domain::outbox::SubscriberBacklog;

use super::acts::{claim, everything, give_up, happen_at, happen_often, ids, somebody, telling, users};
use crate::Stores;
use crate::samples::{at, sample_operator_event, start};

/// The first note counts, and others are not affected.
pub async fn a_subscription_ends_until_it_is_resumed(stores: Stores) {
    let stores = telling(&stores);
    let ended_at = async |subscriber| stores.outbox.ended_at(&subscriber).await.expect("the store works");
    assert_eq!(ended_at(everything()).await, None, "at first");
    for second in [1, 2] {
        stores.outbox.end(&everything(), at(second)).await.expect("the store works");
        assert_eq!(ended_at(everything()).await, Some(at(1)), "after an end");
    }
    assert_eq!(ended_at(users()).await, None, "of another subscriber");
    let [first, second] = [(); 2].map(|()| sample_operator_event(EventKind::SubscriptionResumed));
    assert!(stores.outbox.resume(&everything(), first.clone()).await.expect("the store works"), "it had ended");
    assert!(stores.recorded(&first).await.is_some(), "that is recorded");
    assert_eq!(ended_at(everything()).await, None, "after it was resumed");
    assert!(!stores.outbox.resume(&everything(), second.clone()).await.expect("the store works"), "it had not ended");
    assert_eq!(stores.recorded(&second).await, None, "nothing has happened");
}

/// A subscription is not resumed without its event.
pub async fn an_event_that_cannot_be_recorded_resumes_nothing(stores: Stores) {
    let stores = telling(&stores);
    let event = sample_operator_event(EventKind::SubscriptionResumed);
    stores.events.record(event.clone()).await.expect("the store works");
    stores.outbox.end(&everything(), at(1)).await.expect("the store works");
    let outcome = stores.outbox.resume(&everything(), event).await;
    assert!(outcome.is_err(), "an event that is there already: {outcome:?}");
    let ended_at = stores.outbox.ended_at(&everything()).await.expect("the store works");
    assert_eq!(ended_at, Some(at(1)), "after the failure");
}

/// Events are discarded a few at a time, leased or not.
pub async fn what_waits_is_discarded_for_one_subscriber(stores: Stores) {
    let stores = telling(&stores);
    let user = somebody();
    let events = [EventKind::UserBlocked, EventKind::UserUnblocked, EventKind::UserBlocked];
    let mut expected = Vec::new();
    for kind in events {
        expected.push(happen_at(&stores, user, kind, start()).await.id);
    }
    claim(&stores, &everything(), start()).await;
    for (limit, gone) in [(0, 0), (2, 2), (2, 1), (2, 0)] {
        let discarded = stores.outbox.discard(&everything(), limit).await.expect("the store works");
        assert_eq!(discarded, gone, "events that went with a limit of {limit}");
    }
    assert_eq!(claim(&stores, &everything(), at(3_600)).await, [], "of the one");
    assert_eq!(ids(&claim(&stores, &users(), start()).await), expected, "of the other");
}

/// Backlogs come in the order of names, and subscribers without any are left out.
pub async fn backlogs_count_what_waits_and_what_died(stores: Stores) {
    let stores = telling(&stores);
    let backlogs = async || stores.outbox.backlogs().await.expect("the store works");
    assert_eq!(backlogs().await, [], "at first");
    happen_often(&stores, somebody(), 1).await;
    give_up(&stores, &everything(), start()).await;
    for second in [7, 5] {
        happen_at(&stores, somebody(), EventKind::SignedIn, at(second)).await;
    }
    stores.outbox.end(&users(), at(9)).await.expect("the store works");
    let expected = [
        SubscriberBacklog { subscriber: everything(), waiting: 2, oldest_at: Some(at(5)), dead: 1, ended_at: None },
        SubscriberBacklog { subscriber: users(), waiting: 0, oldest_at: None, dead: 0, ended_at: Some(at(9)) },
    ];
    assert_eq!(backlogs().await, expected);
}
