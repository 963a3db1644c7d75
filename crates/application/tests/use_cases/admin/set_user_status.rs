//! Blocking users, and letting them in again.

use auth_application::admin::OnUserRefusal;
use auth_application::admin::OnUserRefusal::NoSuchUser;
use auth_application::kit::Halt;
use auth_domain::accounts::UserId;
use auth_domain::accounts::UserStatus::{self, Active, Blocked};
use auth_domain::events::EventKind;

use crate::table::Expected::{Done, Failed, Undecided};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{World, at_once, operator};

type Request = (UserId, UserStatus);
type Rows = &'static [Row<Request, (), OnUserRefusal>];

const BLOCKED: Effects = Effects { changed: 1, ended: 2, events: &[EventKind::UserBlocked], ..NOTHING };
const UNBLOCKED: Effects = Effects { changed: 1, events: &[EventKind::UserUnblocked], ..NOTHING };

async fn run(world: &World, (user, status): Request) -> Result<(), Halt<OnUserRefusal>> {
    world.set_user_status().run(user, status, &operator()).await
}

/// Ann, who has two sessions.
fn ann(world: &World) -> UserId {
    let ann = world.ann();
    world.another_session(&ann);
    ann.id()
}

/// Ann, who was blocked a second ago.
fn blocked(world: &World) -> UserId {
    let user = ann(world);
    at_once(run(world, (user, Blocked))).expect("blocked");
    world.pass(1);
    user
}

fn is_set(world: &World, (user, status): &Request, (): ()) {
    assert_eq!(world.account(*user).status, *status);
    world.last_event_of_operator(Some(*user));
}

#[test]
fn an_operator_blocks_and_unblocks() {
    check(ROWS, run);
}

const ROWS: Rows = &[
    ("blocks somebody who is active", |world| (ann(world), Blocked), Done(is_set), BLOCKED),
    (
        "blocks somebody who is blocked",
        |world| (blocked(world), Blocked),
        Done(is_set),
        Effects { ended: 0, ..BLOCKED },
    ),
    ("unblocks somebody who is blocked", |world| (blocked(world), Active), Done(is_set), UNBLOCKED),
    ("unblocks somebody who is active", |world| (ann(world), Active), Done(is_set), UNBLOCKED),
    ("blocks who is nobody", |_| (UserId::from_i64(1), Blocked), refused!(NoSuchUser), NOTHING),
    (
        "unblocks somebody who is gone",
        |world| {
            let user = ann(world);
            world.remove(user);
            (user, Active)
        },
        refused!(NoSuchUser),
        NOTHING,
    ),
    (
        "blocks somebody while the users are away",
        |world| (ann(world.without(|ports| &ports.users)), Blocked),
        Failed,
        NOTHING,
    ),
    (
        "blocks who is nobody, while the users are away",
        |world| {
            world.without(|ports| &ports.users);
            (UserId::from_i64(1), Blocked)
        },
        Undecided,
        NOTHING,
    ),
];
