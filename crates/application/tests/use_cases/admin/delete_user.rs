//! Deleting users.

use auth_application::admin::OnUserRefusal;
use auth_application::admin::OnUserRefusal::NoSuchUser;
use auth_application::kit::Halt;
use auth_contracts::samples::SampleAccount;
use auth_domain::accounts::UserId;
use auth_domain::events::EventKind;
use auth_ports::AccountStore;

use crate::table::Expected::{Done, Failed, Undecided};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{World, at_once, operator};

type Rows = &'static [Row<UserId, (), OnUserRefusal>];

const GONE: Effects = Effects { gone: 1, ended: 2, events: &[EventKind::AccountDeleted], ..NOTHING };

async fn run(world: &World, user: UserId) -> Result<(), Halt<OnUserRefusal>> {
    world.delete_user().run(user, &operator()).await
}

/// Ann, who has two sessions.
fn of_ann(world: &World) -> UserId {
    let ann = world.ann();
    world.another_session(&ann);
    ann.id()
}

fn nothing_is_left(world: &World, user: &UserId, (): ()) {
    assert!(at_once(AccountStore::find(&world.stores, *user)).expect("memory answers").is_none());
    assert_eq!(world.stores.sessions_of(*user), []);
    world.last_event_of_operator(Some(*user));
}

#[test]
fn an_operator_deletes_users() {
    check(ROWS, run);
}

const ROWS: Rows = &[
    ("who are active", |world| of_ann(world), Done(nothing_is_left), GONE),
    (
        "who are blocked",
        |world| {
            let user = of_ann(world);
            world.block(user);
            user
        },
        Done(nothing_is_left),
        Effects { ended: 0, ..GONE },
    ),
    (
        "who have no login name",
        |world| world.person(SampleAccount::new().with_external_identity()).id(),
        Done(|world, user, ()| {
            assert_eq!(world.last_event_of_operator(Some(*user)).detail, None, "there is nothing to keep");
        }),
        Effects { ended: 1, ..GONE },
    ),
    ("who are nobody", |_| UserId::from_i64(1), refused!(NoSuchUser), NOTHING),
    (
        "who are gone",
        |world| {
            let user = of_ann(world);
            at_once(run(world, user)).expect("deleted");
            user
        },
        refused!(NoSuchUser),
        NOTHING,
    ),
    (
        "who go in this moment",
        |world| {
            let user = of_ann(world);
            world.meanwhile(move |world| world.remove(user));
            user
        },
        refused!(NoSuchUser),
        GONE,
    ),
    ("while the accounts are away", |world| of_ann(world.without(|ports| &ports.accounts)), Failed, NOTHING),
    (
        "while the accounts are away by the time of writing",
        |world| {
            world.meanwhile(|world| world.ports.accounts.set_failing(true));
            of_ann(world)
        },
        Failed,
        NOTHING,
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

#[test]
fn the_record_keeps_keyed_hashes_of_the_names_and_no_name() {
    let world = World::new();
    let ann = world.ann();
    let email = ann.email();
    at_once(run(&world, ann.id())).expect("deleted");
    let detail = world.last_event_of_operator(Some(ann.id())).detail.expect("she had names");
    let kinds = detail.split(' ').map(|pseudonym| pseudonym.split('=').next().unwrap_or_default());
    assert_eq!(kinds.collect::<Vec<_>>(), ["email", "username"]);
    assert!(!detail.contains(email.canonical()), "{detail}");
    assert_eq!(world.owner(email), None, "it is free again");
}
