//! Reading what happened.

use std::convert::Infallible;

use auth_application::kit::Halt;
use auth_domain::accounts::UserId;
use auth_domain::admin::{EventFilter, EventPage, Period};
use auth_domain::events::{Event, EventKind};

use crate::table::Expected::{Done, Failed};
use crate::table::{NOTHING, Row, check};
use crate::world::World;

async fn run(world: &World, page: EventPage) -> Result<Vec<Event>, Halt<Infallible>> {
    Ok(world.list_events().page(page).await?)
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
        Done(|_, _, found| are(&found, &[EventKind::SignedIn, EventKind::SignedUp])),
        NOTHING,
    ),
    (
        "of one user and some kinds",
        |world| {
            let page = happened(world);
            let kinds = vec![EventKind::SignedIn, EventKind::AccountDeleted];
            EventPage { filter: EventFilter { user: user_of(world, 0), kinds, ..EventFilter::default() }, ..page }
        },
        Done(|_, _, found| are(&found, &[EventKind::SignedIn])),
        NOTHING,
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
