//! Promises of `EventStore`. That the writes of other ports store their events is promised in their suites.

mod forward;

pub use forward::*;

use auth_domain::accounts::UserId;
use auth_domain::admin::{EventFilter, EventPage};
use auth_domain::events::{Event, EventKind, NewEvent};

use crate::Stores;
use crate::samples::{SampleAccount, at, sample_event, sample_operator_event};

/// Stamps the promises of `EventStore` into an adapter's tests. The argument is an async function
/// that makes fresh [`Stores`] and a guard.
#[macro_export]
macro_rules! events {
    ($make:expr) => {
        $crate::stamp!(
            events,
            $make,
            [
                records_an_event_of_a_user,
                records_an_event_of_an_operator,
                records_an_event_of_nobody,
                records_an_event_of_a_user_who_is_gone,
                an_event_is_never_overwritten,
                lists_the_newest_first,
                lists_no_more_than_the_limit,
                pages_through_events_of_one_instant,
                lists_the_events_of_one_user,
                pages_through_the_events_of_one_user,
                lists_nothing_before_the_first,
                lists_the_events_of_some_kinds,
                sweeps_the_oldest,
                reads_forward_from_the_beginning,
                reads_forward_in_the_order_of_commits,
                reading_on_repeats_nothing_and_skips_nothing,
                the_end_is_a_place_to_go_on_from,
                a_place_stays_where_it_is,
                a_place_that_was_never_given_out_stays_as_it_is,
                reads_the_events_of_one_user_forward,
                reads_events_of_some_kinds_forward,
                what_was_swept_is_not_read,
                reads_forward_what_others_write_meanwhile,
                readers_who_begin_together_see_the_same,
            ]
        );
    };
}

/// A user's event is found with every part, and with the client and the network of its origin.
pub async fn records_an_event_of_a_user(stores: Stores) {
    let mut event = sample_event(user(), EventKind::SignInFailed);
    event.detail = Some("a***@example.com".into());
    record(&stores, &event).await;
    assert_recorded(&stores, &event).await;
}

/// An operator's event names the key and the network, and no client.
pub async fn records_an_event_of_an_operator(stores: Stores) {
    let event = NewEvent { user: Some(user()), ..sample_operator_event(EventKind::UserExported) };
    record(&stores, &event).await;
    let found = stores.recorded(&event).await.expect("it was recorded");
    assert_eq!(
        (found.actor.as_str(), found.client.as_ref(), found.network.as_deref()),
        ("operator:sample-key", None, event.actor.network().map(|network| network.to_string()).as_deref())
    );
    assert_recorded(&stores, &event).await;
}

/// An event need not be about a user, and need not have a method or a detail.
pub async fn records_an_event_of_nobody(stores: Stores) {
    let event = NewEvent { user: None, method: None, detail: None, ..sample_event(user(), EventKind::SignInFailed) };
    record(&stores, &event).await;
    assert_recorded(&stores, &event).await;
}

/// The event outlives the account.
pub async fn records_an_event_of_a_user_who_is_gone(stores: Stores) {
    let event = sample_event(user(), EventKind::AccountDeleted);
    record(&stores, &event).await;
    assert_recorded(&stores, &event).await;
}

/// A recorded event stays, and another event of its user with its id is not recorded.
pub async fn an_event_is_never_overwritten(stores: Stores) {
    let user = user();
    let first = sample_event(user, EventKind::SignedIn);
    record(&stores, &first).await;
    let second = NewEvent { id: first.id, at: at(1), ..sample_event(user, EventKind::SignedOut) };
    record(&stores, &second).await;
    assert_recorded(&stores, &first).await;
    let found = list(&stores, page(second.user, None, 10)).await;
    assert!(found.iter().all(|event| event.id != second.id || event.at == first.at), "the second one: {found:?}");
}

/// The oldest events go first, up to the limit, and none of the given instant or later.
pub async fn sweeps_the_oldest(stores: Stores) {
    let events: Vec<_> =
        [3, 1, 2, 5].map(|second| NewEvent { at: at(second), ..sample_event(user(), EventKind::SignedIn) }).into();
    for event in &events {
        record(&stores, event).await;
    }
    for (limit, swept, left) in [(0, 0, [true, true, true, true]), (2, 2, [true, false, false, true])] {
        assert_eq!(stores.events.sweep(at(5), limit).await.expect("the store works"), swept, "events that were swept");
        for (event, expected) in events.iter().zip(left) {
            assert_eq!(
                stores.recorded(event).await.is_some(),
                expected,
                "whether the event of {} is still there",
                event.at
            );
        }
    }
    assert_eq!(stores.events.sweep(at(5), 10).await.expect("the store works"), 1, "the last one before the instant");
    assert!(stores.recorded(&events[3]).await.is_some(), "an event of the instant itself stays");
}

/// Events are listed by their instants, newest first, whatever the order of recording.
pub async fn lists_the_newest_first(stores: Stores) {
    let events: Vec<_> =
        [3, 1, 2].map(|second| NewEvent { at: at(second), ..sample_event(user(), EventKind::SignedIn) }).into();
    for event in &events {
        record(&stores, event).await;
    }
    let instants: Vec<_> = list(&stores, page(None, None, 10)).await.into_iter().map(|event| event.at).collect();
    assert_eq!(instants, [at(3), at(2), at(1)], "instants of events, newest first");
}

/// A page holds the newest events, up to its limit.
pub async fn lists_no_more_than_the_limit(stores: Stores) {
    for second in 0..5 {
        record(&stores, &NewEvent { at: at(second), ..sample_event(user(), EventKind::SignedIn) }).await;
    }
    for (limit, expected) in [(2, vec![at(4), at(3)]), (0, vec![])] {
        let found = list(&stores, page(None, None, limit)).await;
        assert_eq!(found.iter().map(|event| event.at).collect::<Vec<_>>(), expected, "a page of {limit}");
    }
}

/// A caller that continues before the last event of each page sees every event once, although many
/// happened at the same instant.
pub async fn pages_through_events_of_one_instant(stores: Stores) {
    let mut expected = Vec::new();
    for n in 0..17 {
        let event = NewEvent { at: at(n / 6), ..sample_event(user(), EventKind::SignedIn) };
        record(&stores, &event).await;
        expected.push((event.at, event.id));
    }
    expected.sort_unstable();
    expected.reverse();
    assert_eq!(leaf_through(&stores, None, 4).await, expected, "instants and ids, in pages of four");
}

/// Only events of that user are listed, and all of them.
pub async fn lists_the_events_of_one_user(stores: Stores) {
    let (one, other) = (user(), user());
    for (second, user) in [(0, one), (1, other), (2, one)] {
        record(&stores, &NewEvent { at: at(second), ..sample_event(user, EventKind::SignedIn) }).await;
    }
    record(&stores, &sample_operator_event(EventKind::UserCreated)).await;
    for (user, expected) in [(one, vec![at(2), at(0)]), (other, vec![at(1)]), (UserId::from_i64(7), vec![])] {
        let found = list(&stores, page(Some(user), None, 10)).await;
        assert!(found.iter().all(|event| event.user == Some(user)), "events of another user: {found:?}");
        assert_eq!(found.iter().map(|event| event.at).collect::<Vec<_>>(), expected, "instants of events");
    }
}

/// Paging through one user's events skips none of them.
pub async fn pages_through_the_events_of_one_user(stores: Stores) {
    let (one, other) = (user(), user());
    let mut expected = Vec::new();
    for n in 0..9 {
        let event = NewEvent { at: at(n / 4), ..sample_event(one, EventKind::SignedIn) };
        record(&stores, &event).await;
        record(&stores, &NewEvent { at: event.at, ..sample_event(other, EventKind::SignedIn) }).await;
        expected.push((event.at, event.id));
    }
    expected.sort_unstable();
    expected.reverse();
    assert_eq!(leaf_through(&stores, Some(one), 2).await, expected, "instants and ids, in pages of two");
}

/// There is nothing before the oldest event.
pub async fn lists_nothing_before_the_first(stores: Stores) {
    let event = sample_event(user(), EventKind::SignedIn);
    record(&stores, &event).await;
    let found = list(&stores, page(None, Some(&expected(&event)), 10)).await;
    assert!(found.is_empty(), "before the first event there was {found:?}");
}

/// Only events of the named kinds are listed; of one user, where one is named too.
pub async fn lists_the_events_of_some_kinds(stores: Stores) {
    let (one, other) = (user(), user());
    let kinds = [EventKind::SignedUp, EventKind::SignedIn, EventKind::SignedOut, EventKind::SignedIn];
    for (second, kind) in (0..).zip(kinds) {
        record(&stores, &NewEvent { at: at(second), ..sample_event(one, kind) }).await;
        record(&stores, &NewEvent { at: at(second + 10), ..sample_event(other, kind) }).await;
    }
    for (user, kinds, expected) in [
        (Some(one), vec![EventKind::SignedIn], vec![at(3), at(1)]),
        (Some(one), vec![EventKind::SignedUp, EventKind::SignedOut], vec![at(2), at(0)]),
        (None, vec![EventKind::SignedUp], vec![at(10), at(0)]),
        (None, vec![EventKind::UserBlocked], vec![]),
    ] {
        let filter = EventFilter { user, kinds, ..EventFilter::default() };
        let found = list(&stores, EventPage { filter: filter.clone(), before: None, limit: 10 }).await;
        assert_eq!(found.iter().map(|event| event.at).collect::<Vec<_>>(), expected, "instants of {filter:?}");
    }
}

/// Asserts that the event is found as it was recorded.
pub(crate) async fn assert_recorded(stores: &Stores, event: &NewEvent) {
    assert_eq!(stores.recorded(event).await, Some(expected(event)), "left: found, right: recorded");
}

/// Asserts that nothing was recorded under the event's id.
pub(crate) async fn assert_not_recorded(stores: &Stores, event: &NewEvent) {
    let found = stores.recorded(event).await;
    assert!(found.is_none(), "an event of what did not happen was recorded: {found:?}");
}

fn expected(event: &NewEvent) -> Event {
    let origin = event.actor.origin();
    Event {
        id: event.id,
        kind: event.kind.name().to_owned(),
        user: event.user,
        actor: event.actor.name(),
        method: event.method.clone(),
        detail: event.detail.clone(),
        client: origin.map(|origin| origin.client.clone()),
        network: event.actor.network().map(|network| network.to_string()),
        at: event.at,
    }
}

fn user() -> UserId {
    SampleAccount::new().account.id
}

fn page(user: Option<UserId>, before: Option<&Event>, limit: u16) -> EventPage {
    EventPage {
        filter: EventFilter { user, ..EventFilter::default() },
        before: before.map(|event| (event.at, event.id)),
        limit,
    }
}

async fn record(stores: &Stores, event: &NewEvent) {
    stores.events.record(event.clone()).await.expect("a fresh event is recorded");
}

async fn list(stores: &Stores, page: EventPage) -> Vec<Event> {
    stores.events.list(page).await.expect("the store works")
}

/// Instants and ids of all events, read page by page.
async fn leaf_through(stores: &Stores, user: Option<UserId>, limit: u16) -> Vec<(auth_domain::Timestamp, uuid::Uuid)> {
    let mut all: Vec<Event> = Vec::new();
    loop {
        let found = list(stores, page(user, all.last(), limit)).await;
        if found.is_empty() {
            return all.iter().map(|event| (event.at, event.id)).collect();
        }
        assert!(found.len() <= limit.into(), "a page of {limit} has {} events", found.len());
        all.extend(found);
    }
}
