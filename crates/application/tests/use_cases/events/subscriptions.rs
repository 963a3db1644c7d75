//! Subscribers, and how far they are behind.

use std::convert::Infallible;

use auth_application::events::{NoSuchSubscription, Subscription};
use auth_application::kit::Halt;
use auth_contracts::samples::start;
use auth_domain::events::EventKind;
use auth_ports::Outbox as _;

use super::{give_up, happen, named, subscribe};
use crate::table::Expected::{Done, Failed};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{World, at_once, operator};

const READ: Effects = Effects { events: &[EventKind::SubscriptionsRead], ..NOTHING };

async fn list(world: &World, (): ()) -> Result<Vec<Subscription>, Halt<Infallible>> {
    Ok(world.manage_subscriptions().read(&operator()).await?)
}

/// Each subscription as: name, whether it is configured, how many events wait, how many were given up, whether it has
/// ended.
fn told(listed: &[Subscription]) -> Vec<(&str, bool, u64, u64, bool)> {
    let told = |one: &'_ Subscription| (one.kinds.is_some(), one.backlog.waiting, one.backlog.dead);
    let named = listed.iter().map(|one| (one.backlog.subscriber.as_str(), told(one), one.backlog.ended_at.is_some()));
    named.map(|(name, (configured, waiting, dead), ended)| (name, configured, waiting, dead, ended)).collect()
}

#[test]
fn subscriptions_are_listed() {
    check(LISTED, list);
}

const LISTED: &[Row<(), Vec<Subscription>, Infallible>] = &[
    ("nobody is told anything", |_| (), Done(|_, (), listed| assert_eq!(listed, [])), READ),
    (
        "by name, those too who are told everything already",
        |world| subscribe(world, &["erp", "crm"]),
        Done(|_, (), listed| {
            assert_eq!(told(&listed), [("crm", true, 0, 0, false), ("erp", true, 0, 0, false)]);
        }),
        READ,
    ),
    (
        "how far they are behind",
        |world| {
            subscribe(world, &["crm", "erp"]);
            happen(world, 2);
            give_up(world, "erp");
            end(world, "erp");
            happen(world, 1);
        },
        Done(|_, (), listed| {
            assert_eq!(told(&listed), [("crm", true, 3, 0, false), ("erp", true, 1, 2, true)]);
            assert_eq!(listed[0].backlog.oldest_at, Some(start()));
        }),
        READ,
    ),
    (
        "somebody who is not configured any more, and for whom something is left",
        |world| {
            subscribe(world, &["crm", "erp"]);
            happen(world, 1);
            world.handlers.pop();
        },
        Done(|_, (), listed| {
            assert_eq!(told(&listed), [("crm", true, 1, 0, false), ("erp", false, 1, 0, false)]);
        }),
        READ,
    ),
    ("the events are away", |world| world.ports.events.set_failing(true), Failed, NOTHING),
    ("the outbox is away", |world| world.ports.outbox.set_failing(true), Failed, NOTHING),
];

fn end(world: &World, subscriber: &str) {
    at_once(world.stores.end(&named(subscriber), start())).expect("memory answers");
}

async fn resume(world: &World, subscriber: &'static str) -> Result<bool, Halt<NoSuchSubscription>> {
    world.manage_subscriptions().resume(&named(subscriber), &operator()).await
}

#[test]
fn a_subscription_that_ended_is_resumed() {
    check(RESUMED, resume);
}

fn ended(world: &mut World) {
    subscribe(world, &["crm", "erp"]);
    end(world, "crm");
}

const BEGUN_AGAIN: Effects = Effects { events: &[EventKind::SubscriptionResumed], ..NOTHING };

const RESUMED: &[Row<&'static str, bool, NoSuchSubscription>] = &[
    (
        "it has ended",
        |world| {
            ended(world);
            "crm"
        },
        Done(|world, _, resumed| {
            assert!(resumed, "it had ended");
            assert_eq!(at_once(world.stores.ended_at(&named("crm"))).expect("memory answers"), None);
            assert_eq!(world.last_event_of_operator(None).detail.as_deref(), Some("crm"));
        }),
        BEGUN_AGAIN,
    ),
    (
        "another one has ended",
        |world| {
            ended(world);
            "erp"
        },
        Done(|world, _, resumed| {
            assert!(!resumed, "it goes on");
            assert_eq!(at_once(world.stores.ended_at(&named("crm"))).expect("memory answers"), Some(start()));
        }),
        NOTHING,
    ),
    (
        "it has ended, and is not configured any more",
        |world| {
            subscribe(world, &["erp"]);
            end(world, "crm");
            "crm"
        },
        Done(|_, _, resumed| assert!(resumed, "it had ended")),
        BEGUN_AGAIN,
    ),
    (
        "nobody has this name",
        |world| {
            ended(world);
            "crn"
        },
        refused!(NoSuchSubscription),
        NOTHING,
    ),
    (
        "the outbox is away",
        |world| {
            ended(world);
            world.without(|ports| &ports.outbox);
            "crm"
        },
        Failed,
        NOTHING,
    ),
];
