//! Looking at users' sessions, and ending them.

use auth_application::admin::OnUserRefusal;
use auth_application::admin::OnUserRefusal::NoSuchUser;
use auth_application::kit::Halt;
use auth_domain::accounts::UserId;
use auth_domain::events::EventKind;
use auth_domain::sessions::Session;

use crate::table::Expected::{Done, Failed, Undecided};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{World, at_once, operator};

const ENDED: Effects = Effects { ended: 2, events: &[EventKind::SessionsEnded], ..NOTHING };

const READ: Effects = Effects { events: &[EventKind::UserRead], ..NOTHING };

/// Ann, who has two live sessions and one that ended; somebody else is signed in, too.
fn ann(world: &World) -> UserId {
    let ann = world.ann();
    world.another_session(&world.ann());
    let ended = world.another_session(&ann);
    world.end(ann.id(), ended);
    world.sign_in(&ann);
    ann.id()
}

async fn list(world: &World, user: UserId) -> Result<Vec<Session>, Halt<OnUserRefusal>> {
    world.user_sessions().list(user, &operator()).await
}

#[test]
fn an_operator_sees_the_live_sessions_of_a_user() {
    check(LISTS, list);
}

const LISTS: &[Row<UserId, Vec<Session>, OnUserRefusal>] = &[
    (
        "the newest comes first",
        |world| ann(world),
        Done(|world, user, listed| {
            let [first, _, newest]: [_; 3] = world.stores.sessions_of(*user).try_into().expect("she had three");
            assert_eq!(listed.iter().map(|session| session.id).collect::<Vec<_>>(), [newest.id, first.id]);
            world.last_event_of_operator(Some(*user));
        }),
        READ,
    ),
    (
        "those that are over do not come",
        |world| {
            let user = ann(world);
            world.pass(31 * 86_400);
            user
        },
        Done(|_, _, listed| assert_eq!(listed, [])),
        READ,
    ),
    ("of who is nobody", |_| UserId::from_i64(1), refused!(NoSuchUser), NOTHING),
    ("while the accounts are away", |world| world.without(|ports| &ports.accounts).ann().id(), Failed, NOTHING),
    (
        "while the sessions are away: the wish is on record",
        |world| {
            let user = world.ann().id();
            world.without(|ports| &ports.sessions);
            user
        },
        Failed,
        READ,
    ),
    ("while the events are away", |world| world.without(|ports| &ports.events).ann().id(), Failed, NOTHING),
];

async fn end_all(world: &World, user: UserId) -> Result<u64, Halt<OnUserRefusal>> {
    world.user_sessions().end_all(user, &operator()).await
}

fn are_ended(world: &World, user: &UserId, ended: u64, count: u64) {
    assert_eq!((ended, world.live_sessions(*user)), (count, vec![]));
    world.last_event_of_operator(Some(*user));
}

#[test]
fn an_operator_ends_the_sessions_of_a_user() {
    check(ENDS, end_all);
}

const ENDS: &[Row<UserId, u64, OnUserRefusal>] = &[
    ("all of them", |world| ann(world), Done(|world, user, ended| are_ended(world, user, ended, 2)), ENDED),
    (
        "none are left",
        |world| {
            let user = ann(world);
            at_once(end_all(world, user)).expect("ended");
            user
        },
        Done(|world, user, ended| are_ended(world, user, ended, 0)),
        Effects { ended: 0, ..ENDED },
    ),
    ("of who is nobody", |_| UserId::from_i64(1), refused!(NoSuchUser), NOTHING),
    (
        "while the accounts are away",
        |world| {
            let user = ann(world);
            world.without(|ports| &ports.accounts);
            user
        },
        Failed,
        NOTHING,
    ),
    (
        "while the sessions are away",
        |world| {
            let user = ann(world);
            world.without(|ports| &ports.sessions);
            user
        },
        Failed,
        NOTHING,
    ),
    (
        "of who is nobody, while the accounts are away",
        |world| {
            world.without(|ports| &ports.accounts);
            UserId::from_i64(1)
        },
        Undecided,
        NOTHING,
    ),
];
