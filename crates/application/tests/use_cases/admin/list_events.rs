//! Reading what happened.

use std::convert::Infallible;

use auth_application::kit::Halt;
use auth_domain::accounts::UserId;
use auth_domain::admin::{EventFeed, EventFeedRequest, EventFilter, EventPage, EventPosition, Period};
use auth_domain::events::{Event, EventKind};

use crate::table::Expected::{Done, Failed};
use crate::table::{Effects, NOTHING, Row, check};
use crate::world::{World, at_once, operator};

/// Reading one user's events is on record like reading the user.
const READ: Effects = Effects { events: &[EventKind::UserRead], ..NOTHING };

async fn run(world: &World, page: EventPage) -> Result<Vec<Event>, Halt<Infallible>> {
    Ok(world.list_events().page(page, &operator()).await?)
}

/// Ann signed up and in, somebody else signed up and is gone, a second apart from each other; the first page.
fn happened(world: &World) -> EventPage {
    let (ann, other) = (world.ann(), world.ann());
    world.sign_in(&ann);
    world.pass(1);
    world.remove(other.id());
    EventPage { filter: EventFilter::default(), before: None, limit: 100 }
}

fn user_of(world: &World, place: usize) -> Option<UserId> {
    world.stores.events()[place].user
}

/// These events, the newest first.
fn are(found: &[Event], kinds: &[EventKind]) {
    let names = found.iter().map(|event| event.kind.as_str());
    assert_eq!(names.collect::<Vec<_>>(), kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>());
    assert!(found.is_sorted_by(|newer, older| newer.at >= older.at));
}

#[test]
fn what_happened_is_read_newest_first() {
    check(ROWS, run);
}

const ROWS: &[Row<EventPage, Vec<Event>, Infallible>] = &[
    (
        "everything",
        |world| happened(world),
        Done(|_, _, found| {
            let kinds = [EventKind::AccountDeleted, EventKind::SignedIn, EventKind::SignedUp, EventKind::SignedUp];
            are(&found, &kinds);
        }),
        NOTHING,
    ),
    (
        "of one user",
        |world| {
            let page = happened(world);
            EventPage { filter: EventFilter { user: user_of(world, 0), ..EventFilter::default() }, ..page }
        },
        Done(|world, page, found| {
            are(&found, &[EventKind::SignedIn, EventKind::SignedUp]);
            world.last_event_of_operator(page.filter.user);
        }),
        READ,
    ),
    (
        "of one user, of a kind that there is none of",
        |world| {
            let page = happened(world);
            let kinds = vec![EventKind::UserBlocked];
            EventPage { filter: EventFilter { user: user_of(world, 0), kinds, ..EventFilter::default() }, ..page }
        },
        Done(|_, _, found| are(&found, &[])),
        READ,
    ),
    (
        "of one user and some kinds",
        |world| {
            let page = happened(world);
            let kinds = vec![EventKind::SignedIn, EventKind::AccountDeleted];
            EventPage { filter: EventFilter { user: user_of(world, 0), kinds, ..EventFilter::default() }, ..page }
        },
        Done(|_, _, found| are(&found, &[EventKind::SignedIn])),
        READ,
    ),
    (
        "as many as are asked for",
        |world| EventPage { limit: 2, ..happened(world) },
        Done(|_, _, found| assert_eq!(found.len(), 2)),
        NOTHING,
    ),
    (
        "before the newest of them",
        |world| {
            let page = happened(world);
            let newest = world.stores.events().into_iter().max_by_key(|event| (event.at, event.id));
            EventPage { before: newest.map(|event| (event.at, event.id)), ..page }
        },
        Done(|_, page, found| {
            assert_eq!(found.len(), 3);
            assert!(found.iter().all(|event| Some((event.at, event.id)) < page.before));
        }),
        NOTHING,
    ),
    (
        "of a period",
        |world| {
            let page = happened(world);
            let newest = world.stores.events().into_iter().map(|event| event.at).max();
            EventPage { filter: EventFilter { period: Period { from: newest, until: None }, ..page.filter }, ..page }
        },
        Done(|_, page, found| {
            assert!(!found.is_empty() && found.iter().all(|event| page.filter.period.holds(event.at)), "{found:?}");
        }),
        NOTHING,
    ),
    ("while the events are away", |world| happened(world.without(|ports| &ports.events)), Failed, NOTHING),
];

async fn run_forward(world: &World, request: EventFeedRequest) -> Result<EventFeed, Halt<Infallible>> {
    Ok(world.list_events().after(request, &operator()).await?)
}

/// From the beginning.
fn forward(world: &World, filter: EventFilter) -> EventFeedRequest {
    happened(world);
    EventFeedRequest { filter, after: EventPosition::START, limit: 100 }
}

/// The events of one user, from the beginning.
fn forward_of_one(world: &World) -> EventFeedRequest {
    let request = forward(world, EventFilter::default());
    EventFeedRequest { filter: EventFilter { user: user_of(world, 0), ..EventFilter::default() }, ..request }
}

#[test]
fn what_happened_is_read_forward() {
    check(FORWARD, run_forward);
}

const FORWARD: &[Row<EventFeedRequest, EventFeed, Infallible>] = &[
    (
        "everybody's, which is in the log only: its event would be read next",
        |world| forward(world, EventFilter::default()),
        Done(|_, _, feed| assert_eq!(feed.events.len(), 4)),
        NOTHING,
    ),
    (
        "one user's",
        |world| forward_of_one(world),
        Done(|world, request, feed| {
            assert_eq!(feed.events.len(), 2);
            world.last_event_of_operator(request.filter.user);
        }),
        READ,
    ),
    (
        "one user's, where nothing has happened since but that somebody read",
        |world| {
            let request = forward_of_one(world);
            let feed = at_once(run_forward(world, request.clone())).expect("memory answers");
            EventFeedRequest { after: feed.next, ..request }
        },
        Done(|_, _, feed| {
            let kinds: Vec<_> = feed.events.iter().map(|event| event.kind.as_str()).collect();
            assert_eq!(kinds, [EventKind::UserRead.name()]);
        }),
        NOTHING,
    ),
    ("while the events are away", |world| forward_of_one(world.without(|ports| &ports.events)), Failed, NOTHING),
];
