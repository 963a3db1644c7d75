//! Handing out what is kept about somebody.

use auth_application::admin::OnUserRefusal::NoSuchUser;
use auth_application::admin::{ExportedUser, OnUserRefusal};
use auth_application::kit::Halt;
use auth_contracts::samples::sample_event;
use auth_domain::accounts::UserId;
use auth_domain::events::{EventKind, NewEvent};
use auth_ports::{Clock as _, EventStore as _};
use chrono::TimeDelta;

use crate::table::Expected::{Done, Failed, Undecided};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{World, at_once, operator};

type Rows = &'static [Row<UserId, ExportedUser, OnUserRefusal>];

const EXPORTED: Effects = Effects { events: &[EventKind::UserExported], ..NOTHING };

async fn run(world: &World, user: UserId) -> Result<ExportedUser, Halt<OnUserRefusal>> {
    world.export_user().run(user, &operator()).await
}

/// Ann, who has two sessions and one that ended; somebody else is there, too.
fn of_ann(world: &World) -> UserId {
    let ann = world.ann();
    world.another_session(&world.ann());
    world.sign_in(&ann);
    world.pass(1);
    world.end(ann.id(), ann.session().id);
    world.pass(1);
    world.sign_in(&ann);
    world.pass(1);
    ann.id()
}

/// So many events of a user, one per second.
fn with_events(world: &World, user: UserId, count: usize) {
    for _ in 0..count {
        let event = NewEvent { at: world.clock.now(), ..sample_event(user, EventKind::SignedIn) };
        at_once(world.stores.record(event)).expect("memory answers");
        world.pass(1);
    }
}

/// Everything of this user and nothing of anybody else, the newest first; the export is on record.
fn is_whole(world: &World, user: &UserId, exported: &ExportedUser) {
    assert_eq!(exported.account, world.account(*user));
    assert_eq!(exported.sessions, world.live_sessions(*user));
    let export = world.last_event_of_operator(Some(*user));
    let all = world.stores.events().into_iter().rev().filter(|event| event.user == Some(*user));
    let newest: Vec<_> = all.map(|event| event.id).take(exported.events.len()).collect();
    assert_eq!(newest[0], export.id);
    assert_eq!(exported.events.iter().map(|event| event.id).collect::<Vec<_>>(), newest);
}

/// So many events are handed out, and it is told whether there are older ones.
fn has_events(world: &World, user: &UserId, exported: &ExportedUser, count: usize, has_more: bool) {
    assert_eq!((exported.events.len(), exported.has_more_events), (count, has_more));
    is_whole(world, user, exported);
}

#[test]
fn an_operator_exports_users() {
    check(ROWS, run);
}

const ROWS: Rows = &[
    (
        "who are active",
        |world| of_ann(world),
        Done(|world, user, exported| {
            assert_eq!(exported.sessions.len(), 2);
            let [past] = &exported.past_sessions[..] else { panic!("one ended: {:?}", exported.past_sessions) };
            assert!(past.ended_at.is_some() && !past.is_live(world.clock.now()), "{past:?}");
            has_events(world, user, &exported, 5, false);
        }),
        EXPORTED,
    ),
    (
        "who are blocked",
        |world| {
            let user = of_ann(world);
            world.block(user);
            user
        },
        Done(|world, user, exported| is_whole(world, user, &exported)),
        EXPORTED,
    ),
    (
        "of whom a session was removed",
        |world| {
            let user = of_ann(world);
            world.clock.advance(TimeDelta::days(40));
            at_once(world.sweep_expired().sweep()).expect("memory answers");
            user
        },
        Done(|world, user, exported| {
            assert!(exported.past_sessions.is_empty(), "{:?}", exported.past_sessions);
            assert!(!exported.known_devices.is_empty() && exported.known_devices.iter().all(|it| it.user == *user));
            is_whole(world, user, &exported);
        }),
        EXPORTED,
    ),
    (
        "of whom there are as many events as are read at once",
        |world| {
            let user = world.ann().id();
            with_events(world, user, 998);
            user
        },
        Done(|world, user, exported| has_events(world, user, &exported, 1_000, false)),
        EXPORTED,
    ),
    (
        "of whom there is one more",
        |world| {
            let user = world.ann().id();
            with_events(world, user, 999);
            user
        },
        Done(|world, user, exported| has_events(world, user, &exported, 1_001, false)),
        EXPORTED,
    ),
    (
        "of whom there are as many events as are handed out",
        |world| {
            let user = world.ann().id();
            with_events(world, user, 9_998);
            user
        },
        Done(|world, user, exported| has_events(world, user, &exported, 10_000, false)),
        EXPORTED,
    ),
    (
        "of whom there are more",
        |world| {
            let user = world.ann().id();
            with_events(world, user, 9_999);
            user
        },
        Done(|world, user, exported| has_events(world, user, &exported, 10_000, true)),
        EXPORTED,
    ),
    ("who are nobody", |_| UserId::from_i64(1), refused!(NoSuchUser), NOTHING),
    (
        "who are gone",
        |world| {
            let user = of_ann(world);
            world.remove(user);
            user
        },
        refused!(NoSuchUser),
        NOTHING,
    ),
    (
        "while the accounts are away",
        |world| without(world, |world| world.ports.accounts.set_failing(true)),
        Failed,
        NOTHING,
    ),
    (
        "while the events are away",
        |world| without(world, |world| world.ports.events.set_failing(true)),
        Failed,
        NOTHING,
    ),
    (
        "while the sessions are away: the wish is on record",
        |world| without(world, |world| world.ports.sessions.set_failing(true)),
        Failed,
        EXPORTED,
    ),
    (
        "while it is not known which devices they had: the wish is on record",
        |world| without(world, |world| world.ports.known_devices.set_failing(true)),
        Failed,
        EXPORTED,
    ),
    (
        "who are nobody, while the accounts are away",
        |world| {
            world.without(|ports| &ports.accounts);
            UserId::from_i64(1)
        },
        Undecided,
        NOTHING,
    ),
];

fn without(world: &World, fails: fn(&World)) -> UserId {
    let user = of_ann(world);
    fails(world);
    user
}
