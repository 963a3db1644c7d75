//! Setting users' passwords for them.

use std::sync::atomic::Ordering;

use auth_application::admin::SetUserPasswordRefusal;
use auth_application::admin::SetUserPasswordRefusal::{NoSuchUser, Password};
use auth_application::kit::Halt;
use auth_domain::accounts::UserId;
use auth_domain::credentials::PasswordError;
use auth_domain::events::EventKind;
use secrecy::{ExposeSecret as _, SecretString};

use crate::fakes::hash_of;
use crate::table::Expected::{Done, Failed, Undecided};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{Person, World, at_once, operator, secret};

/// Whose, and the password if it is not to be drawn.
type Request = (UserId, Option<SecretString>);
type Rows = &'static [Row<Request, Option<SecretString>, SetUserPasswordRefusal>];

/// All sessions end.
const SET: Effects = Effects { changed: 1, ended: 2, events: &[EventKind::PasswordSet], ..NOTHING };
const NEW: &str = "SamplePass456$%^";

async fn run(world: &World, (user, password): Request) -> Result<Option<SecretString>, Halt<SetUserPasswordRefusal>> {
    world.set_user_password().run(user, password, &operator()).await
}

/// Ann, who has two sessions.
fn ann(world: &World) -> Person {
    let ann = world.ann();
    world.another_session(&ann);
    ann
}

fn to(world: &World, password: &str) -> Request {
    (ann(world).id(), Some(secret(password)))
}

/// The one that was given, or the one that is told.
fn is_set(world: &World, (user, given): &Request, initial: Option<SecretString>) {
    assert_eq!(initial.is_some(), given.is_none(), "only what was drawn is told");
    let password = given.as_ref().or(initial.as_ref()).expect("there is one").expose_secret();
    assert_eq!(world.account(*user).password, Some(hash_of(password)));
    world.last_event_of_operator(Some(*user));
}

#[test]
fn an_operator_sets_passwords() {
    check(ROWS, run);
}

const ROWS: Rows = &[
    ("that they chose", |world| to(world, NEW), Done(is_set), SET),
    ("that are drawn", |world| (ann(world).id(), None), Done(is_set), SET),
    (
        "of who is blocked",
        |world| {
            let request = to(world, NEW);
            world.block(request.0);
            request
        },
        Done(is_set),
        Effects { ended: 0, ..SET },
    ),
    (
        "of who had none",
        |world| (world.passwordless().id(), Some(secret(NEW))),
        Done(is_set),
        Effects { ended: 1, ..SET },
    ),
    (
        "once more",
        |world| {
            let request = to(world, NEW);
            at_once(run(world, request.clone())).expect("set");
            world.pass(1);
            request
        },
        Done(is_set),
        Effects { ended: 0, ..SET },
    ),
    ("of who is nobody", |_| (UserId::from_i64(1), Some(secret(NEW))), refused!(NoSuchUser), NOTHING),
    (
        "of who goes in this moment",
        |world| {
            let (user, password) = to(world, NEW);
            world.while_hashing(move |world| world.remove(user));
            (user, password)
        },
        refused!(NoSuchUser),
        Effects { gone: 1, ended: 2, events: &[EventKind::AccountDeleted], ..NOTHING },
    ),
    ("that are short", |world| to(world, "kzqwpfx"), refused!(Password(PasswordError::Length { .. })), NOTHING),
    ("that are common", |world| to(world, "password123"), refused!(Password(PasswordError::Common)), NOTHING),
    (
        "that are the user's own address",
        |world| {
            let ann = ann(world);
            (ann.id(), Some(secret(ann.email().shown())))
        },
        refused!(Password(PasswordError::Personal)),
        NOTHING,
    ),
    (
        "while the accounts are away",
        |world| {
            world.without(|ports| &ports.accounts);
            to(world, NEW)
        },
        Failed,
        NOTHING,
    ),
    (
        "while the accounts are away by the time of writing",
        |world| {
            world.while_hashing(|world| world.ports.accounts.set_failing(true));
            to(world, NEW)
        },
        Failed,
        NOTHING,
    ),
    (
        "while there is too much to hash",
        |world| {
            world.hasher.overloaded.store(true, Ordering::Relaxed);
            to(world, NEW)
        },
        Failed,
        NOTHING,
    ),
    (
        "of who is nobody, while the accounts are away",
        |world| {
            world.without(|ports| &ports.accounts);
            (UserId::from_i64(1), None)
        },
        Undecided,
        NOTHING,
    ),
];
