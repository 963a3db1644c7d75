//! What operators do about events that were given up.

use std::convert::Infallible;

use auth_application::events::NoSuchDeadLetter;
use auth_application::kit::Halt;
use auth_domain::events::EventKind;
use auth_domain::outbox::{DeadLetter, DeadLetterPage};
use uuid::Uuid;

use super::{backlog, give_up, happen, named, subscribe};
use crate::table::Expected::{Done, Failed};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{World, operator};

/// The subscriber, and the ids of the letters; all of them if there are none.
type Wish = (&'static str, Option<Vec<Uuid>>);

async fn send_again(world: &World, (subscriber, ids): Wish) -> Result<u64, Halt<Infallible>> {
    Ok(world.review_dead_letters().send_again(&named(subscriber), ids, &operator()).await?)
}

/// Makes this many events, which are given up for `crm` and still wait for `erp`. Returns their ids.
fn dead(world: &mut World, events: usize) -> Vec<Uuid> {
    subscribe(world, &["crm", "erp"]);
    let ids = happen(world, events);
    give_up(world, "crm");
    ids
}

#[test]
fn letters_are_sent_again() {
    check(SENT, send_again);
}

const AGAIN: Effects = Effects { events: &[EventKind::DeadLettersSentAgain], ..NOTHING };

const SENT: &[Row<Wish, u64, Infallible>] = &[
    (
        "all of them",
        |world| {
            dead(world, 3);
            ("crm", None)
        },
        Done(|world, _, sent| assert_eq!((sent, backlog(world, "crm"), backlog(world, "erp")), (3, (3, 0), (3, 0)))),
        AGAIN,
    ),
    (
        "some of them",
        |world| {
            let ids = dead(world, 3);
            ("crm", Some(vec![ids[1], Uuid::nil()]))
        },
        Done(|world, _, sent| {
            assert_eq!((sent, backlog(world, "crm")), (1, (1, 2)));
            assert_eq!(world.last_event_of_operator(None).detail.as_deref(), Some("crm"));
        }),
        AGAIN,
    ),
    (
        "more of them than go at once",
        |world| {
            dead(world, 1_001);
            ("crm", None)
        },
        Done(|world, _, sent| assert_eq!((sent, backlog(world, "crm")), (1_001, (1_001, 0)))),
        Effects { events: &[EventKind::DeadLettersSentAgain; 3], ..NOTHING },
    ),
    (
        "those of somebody who has none",
        |world| {
            dead(world, 3);
            ("erp", None)
        },
        Done(|world, _, sent| assert_eq!((sent, backlog(world, "crm"), backlog(world, "erp")), (0, (0, 3), (3, 0)))),
        NOTHING,
    ),
    (
        "the letters are away",
        |world| {
            dead(world, 3);
            world.without(|ports| &ports.dead_letters);
            ("crm", None)
        },
        Failed,
        NOTHING,
    ),
];

const READ: Effects = Effects { events: &[EventKind::DeadLettersRead], ..NOTHING };

async fn find(world: &World, (subscriber, event): (&'static str, Uuid)) -> Result<DeadLetter, Halt<NoSuchDeadLetter>> {
    world.review_dead_letters().find(&named(subscriber), event, &operator()).await
}

#[test]
fn one_letter_is_found() {
    check(FOUND, find);
}

const FOUND: &[Row<(&'static str, Uuid), DeadLetter, NoSuchDeadLetter>] = &[
    (
        "it was given up",
        |world| ("crm", dead(world, 3)[1]),
        Done(|world, (_, event), letter| {
            assert_eq!((letter.event.id, letter.subscriber), (*event, named("crm")));
            world.last_event_of_operator(letter.event.user);
        }),
        READ,
    ),
    ("it was given up for somebody else", |world| ("erp", dead(world, 1)[0]), refused!(NoSuchDeadLetter), NOTHING),
    (
        "the letters are away",
        |world| {
            let event = dead(world, 1)[0];
            world.without(|ports| &ports.dead_letters);
            ("crm", event)
        },
        Failed,
        NOTHING,
    ),
];

async fn page(world: &World, page: DeadLetterPage) -> Result<Vec<DeadLetter>, Halt<Infallible>> {
    Ok(world.review_dead_letters().page(page, &operator()).await?)
}

#[test]
fn letters_are_listed() {
    check(LISTED, page);
}

const ALL: DeadLetterPage = DeadLetterPage { subscriber: None, event: None, before: None, limit: 10 };

const LISTED: &[Row<DeadLetterPage, Vec<DeadLetter>, Infallible>] = &[
    ("there are none", |_| ALL, Done(|_, _, letters| assert_eq!(letters, [])), READ),
    (
        "of everybody, those given up last first",
        |world| {
            dead(world, 1);
            world.pass(1);
            give_up(world, "erp");
            ALL
        },
        Done(|_, _, letters| {
            let told: Vec<_> = letters.iter().map(|one| (one.subscriber.as_str(), one.problem.as_str())).collect();
            assert_eq!(told, [("erp", "nobody is there"), ("crm", "nobody is there")]);
        }),
        READ,
    ),
    (
        "of one",
        |world| {
            dead(world, 2);
            DeadLetterPage { subscriber: Some(named("erp")), ..ALL }
        },
        Done(|world, _, letters| {
            assert_eq!(letters, []);
            assert_eq!(world.last_event_of_operator(None).detail.as_deref(), Some("0 letters"));
        }),
        READ,
    ),
    (
        "the events are away",
        |world| {
            world.without(|ports| &ports.events);
            ALL
        },
        Failed,
        NOTHING,
    ),
    (
        "the letters are away",
        |world| {
            world.without(|ports| &ports.dead_letters);
            ALL
        },
        Failed,
        NOTHING,
    ),
];
