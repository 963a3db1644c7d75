//! Looking up other users.

use auth_application::account::QueryUsersRefusal::{Anonymous, TooOften};
use auth_application::account::{QueryUsersRefusal, UserMatch, UserQuery};
use auth_application::kit::{self, Caller, Halt, OverBudget};
use auth_contracts::samples;
use auth_domain::accounts::UserId;
use auth_domain::identifier::{Identifier, IdentifierKind};
use chrono::TimeDelta;

use crate::table::Expected::{Done, Failed};
use crate::table::{NOTHING, Row, check, refused};
use crate::world::{Person, World, at_once, once_per};

async fn exists(world: &World, login: String) -> Result<bool, Halt<QueryUsersRefusal>> {
    world.query_users().exists(&login, &samples::sample_origin()).await
}

fn yes(_: &World, _: &String, exists: bool) {
    assert!(exists, "it is somebody's");
}

fn no(_: &World, _: &String, exists: bool) {
    assert!(!exists, "it is nobody's, as far as is told");
}

#[test]
fn a_name_is_somebodys_or_not() {
    check(NAMES, exists);
}

const NAMES: &[Row<String, bool, QueryUsersRefusal>] = &[
    ("an address", |world| world.ann().email().shown().to_owned(), Done(yes), NOTHING),
    ("an address, spelled otherwise", |world| world.ann().email().shown().to_uppercase(), Done(yes), NOTHING),
    ("a username", |world| format!(" {} ", username(&world.ann()).shown()), Done(yes), NOTHING),
    (
        "somebody blocked",
        |world| {
            let ann = world.ann();
            world.block(ann.id());
            ann.email().shown().to_owned()
        },
        Done(yes),
        NOTHING,
    ),
    ("an address that nobody has", |_| samples::sample_email().shown().to_owned(), Done(no), NOTHING),
    ("no name", |_| "!".to_owned(), Done(no), NOTHING),
    (
        "an address, where existence is not revealed",
        |world| {
            world.rules.reveal_existence = false;
            world.ann().email().shown().to_owned()
        },
        Done(no),
        NOTHING,
    ),
    (
        "a username, where existence is not revealed",
        |world| {
            world.rules.reveal_existence = false;
            username(&world.ann()).shown().to_owned()
        },
        Done(yes),
        NOTHING,
    ),
    (
        "too often from one network, whatever is named",
        |world| {
            world.rules.quota = Some(once_per(60));
            at_once(exists(world, "!".to_owned())).expect("told");
            "!".to_owned()
        },
        refused!(TooOften(OverBudget::TooOften(kit::TooOften { retry_after, .. })) if *retry_after == TimeDelta::minutes(1)),
        NOTHING,
    ),
    (
        "a minute later",
        |world| {
            world.rules.quota = Some(once_per(60));
            at_once(exists(world, "!".to_owned())).expect("told");
            world.pass(60);
            "!".to_owned()
        },
        Done(no),
        NOTHING,
    ),
    (
        "the accounts are away",
        |world| world.without(|ports| &ports.accounts).ann().email().shown().to_owned(),
        Failed,
        NOTHING,
    ),
    (
        "the limits are away",
        |world| {
            world.rules.quota = Some(once_per(60));
            world.without(|ports| &ports.limits);
            "!".to_owned()
        },
        Failed,
        NOTHING,
    ),
];

fn username(person: &Person) -> &Identifier {
    person.named(IdentifierKind::USERNAME)
}

/// The caller, the query, and the users to be found.
type Query = (Caller, UserQuery, Vec<UserId>);

async fn find(world: &World, (caller, query, _): Query) -> Result<Vec<UserMatch>, Halt<QueryUsersRefusal>> {
    world.query_users().run(&caller, query, &samples::sample_origin()).await
}

/// Somebody looks up a login name of this kind.
fn by_name(world: &World, kind: IdentifierKind, name: &str, found: Vec<UserId>) -> Query {
    let query = UserQuery { ids: Vec::new(), login: Some((kind, name.to_owned())) };
    (world.caller(&world.ann()), query, found)
}

fn by_ids(world: &World, ids: Vec<UserId>, found: Vec<UserId>) -> Query {
    (world.caller(&world.ann()), UserQuery { ids, login: None }, found)
}

fn are_found(world: &World, (_, query, expected): &Query, found: Vec<UserMatch>) {
    let named_by = query.login.as_ref().map(|(kind, _)| *kind);
    let expected = expected.iter().map(|user| UserMatch { account: world.account(*user), named_by });
    assert_eq!(found, expected.collect::<Vec<_>>());
}

#[test]
fn active_users_are_found() {
    check(FOUND, find);
}

const FOUND: &[Row<Query, Vec<UserMatch>, QueryUsersRefusal>] = &[
    (
        "by ids, of which one is blocked and one nobody's",
        |world| {
            let [one, blocked, other] = std::array::from_fn(|_| world.ann().id());
            world.block(blocked);
            by_ids(world, vec![one, blocked, UserId::from_i64(1), other], vec![one, other])
        },
        Done(are_found),
        NOTHING,
    ),
    ("by nothing", |world| by_ids(world, vec![], vec![]), Done(are_found), NOTHING),
    (
        "by an address",
        |world| {
            let other = world.ann();
            by_name(world, IdentifierKind::EMAIL, &other.email().shown().to_uppercase(), vec![other.id()])
        },
        Done(are_found),
        NOTHING,
    ),
    (
        "by a username",
        |world| {
            let other = world.ann();
            by_name(world, IdentifierKind::USERNAME, username(&other).shown(), vec![other.id()])
        },
        Done(are_found),
        NOTHING,
    ),
    (
        "by the address of somebody blocked",
        |world| {
            let other = world.ann();
            world.block(other.id());
            by_name(world, IdentifierKind::EMAIL, other.email().shown(), vec![])
        },
        Done(are_found),
        NOTHING,
    ),
    ("by what is no address", |world| by_name(world, IdentifierKind::EMAIL, "ann", vec![]), Done(are_found), NOTHING),
    (
        "by a name of a kind that nobody knows",
        |world| by_name(world, IdentifierKind::new("employee_number"), "7", vec![]),
        Done(are_found),
        NOTHING,
    ),
];

#[test]
fn existence_is_revealed_by_setting() {
    check(HIDDEN, find);
}

fn hiding(world: &mut World) -> Person {
    world.rules.reveal_existence = false;
    world.ann()
}

const HIDDEN: &[Row<Query, Vec<UserMatch>, QueryUsersRefusal>] = &[
    (
        "by an address",
        |world| {
            let other = hiding(world);
            by_name(world, IdentifierKind::EMAIL, other.email().shown(), vec![])
        },
        Done(are_found),
        NOTHING,
    ),
    (
        "by one's own address",
        |world| {
            let ann = hiding(world);
            let (_, query, found) = by_name(world, IdentifierKind::EMAIL, ann.email().shown(), vec![ann.id()]);
            (world.caller(&ann), query, found)
        },
        Done(are_found),
        NOTHING,
    ),
    (
        "by a username",
        |world| {
            let other = hiding(world);
            by_name(world, IdentifierKind::USERNAME, username(&other).shown(), vec![other.id()])
        },
        Done(are_found),
        NOTHING,
    ),
];

#[test]
fn not_everybody_may_look_others_up() {
    check(REFUSED, find);
}

const REFUSED: &[Row<Query, Vec<UserMatch>, QueryUsersRefusal>] = &[
    (
        "who is anonymous",
        |world| (world.caller(&world.anonymous()), UserQuery::default(), vec![]),
        refused!(Anonymous),
        NOTHING,
    ),
    (
        "who did just now",
        |world| {
            world.rules.quota = Some(once_per(60));
            let query = by_ids(world, vec![], vec![]);
            at_once(find(world, query.clone())).expect("found");
            query
        },
        refused!(TooOften(OverBudget::TooOften(kit::TooOften { retry_after, .. })) if *retry_after == TimeDelta::minutes(1)),
        NOTHING,
    ),
    (
        "who names somebody while the accounts are away",
        |world| by_name(world.without(|ports| &ports.accounts), IdentifierKind::USERNAME, "annabel", vec![]),
        Failed,
        NOTHING,
    ),
    (
        "who asks for an id while the accounts are away",
        |world| by_ids(world.without(|ports| &ports.accounts), vec![UserId::from_i64(1)], vec![]),
        Failed,
        NOTHING,
    ),
];
