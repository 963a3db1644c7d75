//! Events that were given up.

use auth_domain::events::{EventKind, NewEvent};
use auth_domain::outbox::{DeadLetter, DeadLetterPage, OutgoingEvent, SubscriberId};
use auth_ports::DeliveryOutcome;
use uuid::Uuid;

use super::acts::{
    claim, everything, give_up, happen, happen_at, happen_often, ids, letters, settle, somebody, telling, users,
};
use crate::Stores;
use crate::samples::{at, sample_operator_event, start, unique_bytes};

/// The dead letter has everything that an operator should know, and the event is no longer in the queue.
pub async fn an_event_that_was_given_up_is_a_dead_letter(stores: Stores) {
    let stores = telling(&stores);
    let user = somebody();
    let event = happen(&stores, user, EventKind::SignedIn).await;
    claim(&stores, &everything(), start()).await;
    settle(&stores, &everything(), user, event.id, DeliveryOutcome::Failed { again_at: at(5) }).await;
    give_up(&stores, &everything(), at(5)).await;
    let expected = DeadLetter {
        subscriber: everything(),
        event: OutgoingEvent::of(&event).expect("it is told"),
        failures: 2,
        problem: "the receiver answered 500".into(),
        died_at: at(5),
    };
    assert_eq!(letters(&stores, None).await, [expected]);
    assert_eq!(claim(&stores, &everything(), at(86_400)).await, [], "in the queue");
}

/// The order is by the instant at which they were given up.
pub async fn dead_letters_are_listed_last_first(stores: Stores) {
    let stores = telling(&stores);
    let mut expected = Vec::new();
    for second in [1, 2, 3] {
        happen(&stores, somebody(), EventKind::SignedIn).await;
        expected.insert(0, give_up(&stores, &everything(), at(second)).await[0]);
    }
    let found: Vec<_> = letters(&stores, None).await.iter().map(|letter| letter.event.id).collect();
    assert_eq!(found, expected, "left: listed, right: given up");
}

/// One event may be dead for one subscriber and alive for another.
pub async fn dead_letters_are_listed_by_subscriber(stores: Stores) {
    let stores = telling(&stores);
    happen(&stores, somebody(), EventKind::UserBlocked).await;
    give_up(&stores, &users(), start()).await;
    assert_eq!(letters(&stores, Some(&users())).await.len(), 1, "of the one");
    assert_eq!(letters(&stores, Some(&everything())).await, [], "of the other");
    give_up(&stores, &everything(), start()).await;
    assert_eq!(letters(&stores, None).await.len(), 2, "of everybody");
}

/// An event may have been given up for several subscribers.
pub async fn dead_letters_are_listed_by_event(stores: Stores) {
    let stores = telling(&stores);
    happen(&stores, somebody(), EventKind::UserBlocked).await;
    let event = happen(&stores, somebody(), EventKind::UserBlocked).await;
    give_up(&stores, &users(), start()).await;
    give_up(&stores, &everything(), start()).await;
    for (subscriber, event, expected) in
        [(Some(users()), Some(event.id), 1), (None, Some(event.id), 2), (Some(users()), Some(Uuid::nil()), 0)]
    {
        let page = DeadLetterPage { subscriber, event, before: None, limit: 10 };
        let found = stores.dead_letters.list(page.clone()).await.expect("the store works");
        assert_eq!(found.len(), expected, "{page:?}");
        assert!(found.iter().all(|letter| Some(letter.event.id) == event), "of another event: {found:?}");
    }
}

/// Asking for what comes before the last letter of each page shows every letter once.
pub async fn pages_through_dead_letters_of_one_instant(stores: Stores) {
    let stores = telling(&stores);
    for _ in 0..7 {
        happen(&stores, somebody(), EventKind::UserBlocked).await;
    }
    give_up(&stores, &users(), start()).await;
    give_up(&stores, &everything(), start()).await;
    let mut found: Vec<(Uuid, SubscriberId)> = Vec::new();
    let mut before = None;
    loop {
        let page = DeadLetterPage { subscriber: None, event: None, before, limit: 3 };
        let letters = stores.dead_letters.list(page).await.expect("the store works");
        let Some(last) = letters.last() else { break };
        before = Some((last.died_at, last.event.id, last.subscriber.clone()));
        assert!(letters.len() <= 3, "a page of three has {}", letters.len());
        found.extend(letters.into_iter().map(|letter| (letter.event.id, letter.subscriber)));
    }
    let number = found.len();
    found.sort_unstable();
    found.dedup();
    assert_eq!((number, found.len()), (14, 14), "letters, and different ones");
}

/// It is then no longer a dead letter.
pub async fn a_dead_letter_is_sent_again_as_if_never_tried(stores: Stores) {
    let stores = telling(&stores);
    let user = somebody();
    let id = happen_often(&stores, user, 1).await[0];
    give_up(&stores, &everything(), start()).await;
    assert_eq!(send_again(&stores, &everything(), None, 9).await, 1, "sent again");
    assert_eq!(letters(&stores, None).await, [], "dead letters");
    let claimed = claim(&stores, &everything(), at(60)).await;
    assert_eq!((ids(&claimed), claimed[0].events[0].failures), (vec![id], 0), "id and failures");
    assert_eq!(send_again(&stores, &everything(), None, 9).await, 0, "there is none any more");
}

/// They come before later events of the same user that are still waiting.
pub async fn dead_letters_take_their_old_places(stores: Stores) {
    let stores = telling(&stores);
    let user = somebody();
    let all = happen_often(&stores, user, 4).await;
    for expected in &all[..2] {
        assert_eq!(give_up(&stores, &everything(), start()).await, [*expected], "given up");
    }
    assert_eq!(send_again(&stores, &everything(), None, 9).await, 2, "sent again");
    assert_eq!(ids(&claim(&stores, &everything(), at(60)).await), all, "in the old order");
}

/// Other subscribers' dead letters for the same event stay.
pub async fn dead_letters_are_sent_again_by_id_or_all(stores: Stores) {
    let stores = telling(&stores);
    for _ in 0..3 {
        happen(&stores, somebody(), EventKind::UserBlocked).await;
    }
    give_up(&stores, &users(), start()).await;
    let given_up = give_up(&stores, &everything(), start()).await;
    let unknown = Uuid::from_bytes(unique_bytes());
    assert_eq!(send_again(&stores, &everything(), Some(vec![unknown]), 9).await, 0, "an unknown one");
    assert_eq!(send_again(&stores, &everything(), Some(vec![given_up[1], unknown]), 9).await, 1, "one by its id");
    assert_eq!(ids(&claim(&stores, &everything(), at(60)).await), [given_up[1]], "that one");
    assert_eq!(send_again(&stores, &everything(), None, 9).await, 2, "the others");
    assert_eq!(letters(&stores, Some(&users())).await.len(), 3, "of the other subscriber");
}

/// The rest stays for the next call.
pub async fn no_more_dead_letters_are_sent_again_than_the_limit(stores: Stores) {
    let stores = telling(&stores);
    for _ in 0..5 {
        happen(&stores, somebody(), EventKind::SignedIn).await;
    }
    give_up(&stores, &everything(), start()).await;
    for (limit, sent) in [(0, 0), (2, 2), (2, 2), (2, 1), (2, 0)] {
        assert_eq!(send_again(&stores, &everything(), None, limit).await, sent, "with a limit of {limit}");
    }
}

/// No letter is sent again without the event.
pub async fn an_event_that_cannot_be_recorded_sends_nothing_again(stores: Stores) {
    let stores = telling(&stores);
    happen(&stores, somebody(), EventKind::SignedIn).await;
    give_up(&stores, &everything(), start()).await;
    let event = sample_operator_event(EventKind::DeadLettersSentAgain);
    stores.events.record(event.clone()).await.expect("the store works");
    let outcome = stores.dead_letters.send_again(&everything(), None, event, 9).await;
    assert!(outcome.is_err(), "an event that is there already: {outcome:?}");
    assert_eq!(letters(&stores, None).await.len(), 1, "dead letters after the failure");
    assert_eq!(claim(&stores, &everything(), at(60)).await, [], "in the queue");
}

/// Dead letters are removed by when they were given up, and waiting events by how long they have waited, a few at a
/// time.
pub async fn sweeps_what_is_too_old(stores: Stores) {
    let stores = telling(&stores);
    for second in [1, 2, 8] {
        happen_at(&stores, somebody(), EventKind::SignedIn, at(second)).await;
        give_up(&stores, &everything(), at(second)).await;
    }
    for second in [1, 2, 8] {
        happen_at(&stores, somebody(), EventKind::SignedIn, at(second)).await;
    }
    for (limit, swept) in [(0, 0), (1, 2), (9, 2), (9, 0)] {
        let gone = stores.dead_letters.sweep(at(8), limit).await.expect("the store works");
        assert_eq!(gone, swept, "rows that went with a limit of {limit}");
    }
    assert_eq!(letters(&stores, None).await.len(), 1, "dead letters of the instant itself");
    assert_eq!(claim(&stores, &everything(), at(60)).await.len(), 1, "events of the instant itself");
}

async fn send_again(stores: &Stores, subscriber: &SubscriberId, ids: Option<Vec<Uuid>>, limit: u16) -> u64 {
    let event = NewEvent { at: at(60), ..sample_operator_event(EventKind::DeadLettersSentAgain) };
    let sent = stores.dead_letters.send_again(subscriber, ids, event.clone(), limit).await.expect("the store works");
    assert_eq!(stores.recorded(&event).await.is_some(), sent > 0, "it is recorded if there were any");
    sent
}
