//! Telling operators by their keys.

use auth_application::admin::AuthorizeOperatorRefusal::{ScopeLacking, Unauthenticated};
use auth_application::admin::{AuthorizeOperatorRefusal, NewAdminKey, Operator};
use auth_application::kit::Halt;
use auth_domain::admin::AdminScope::{self, Read, Write};
use chrono::TimeDelta;

use crate::table::Expected::{Done, Failed, Undecided};
use crate::table::{NOTHING, Row, check, refused};
use crate::world::{World, at_once};

/// The key that is shown, if any, and what it is to permit.
type Request = (Option<String>, AdminScope);
type Rows = &'static [Row<Request, Operator, AuthorizeOperatorRefusal>];

async fn run(world: &World, (key, needed): Request) -> Result<Operator, Halt<AuthorizeOperatorRefusal>> {
    world.authorize_operator().run(key.as_deref(), needed).await
}

/// The key of the reporting job, for a day where its life is limited.
fn key_of_reports(world: &World, scopes: &[AdminScope], life: Option<TimeDelta>) -> NewAdminKey {
    let made = world.manage_admin_keys();
    at_once(made.create("reports", scopes.to_vec(), life)).expect("made")
}

fn with(world: &World, scopes: &[AdminScope]) -> Option<String> {
    Some(key_of_reports(world, scopes, None).secret.expose())
}

/// A key that lives for a day was made so many seconds ago.
fn after(world: &World, seconds: i64) -> Option<String> {
    let key = key_of_reports(world, &[Read], Some(TimeDelta::days(1)));
    world.pass(seconds);
    Some(key.secret.expose())
}

fn is_named(_: &World, _: &Request, operator: Operator) {
    assert_eq!(operator, Operator::named("reports"));
}

#[test]
fn a_live_key_permits_what_it_is_for() {
    check(ROWS, run);
}

const ROWS: Rows = &[
    ("to read, of a key to read", |world| (with(world, &[Read]), Read), Done(is_named), NOTHING),
    ("to write, of a key to write", |world| (with(world, &[Write]), Write), Done(is_named), NOTHING),
    ("to write, of a key for everything", |world| (with(world, &[Read, Write]), Write), Done(is_named), NOTHING),
    ("in its last second", |world| (after(world, 86_399), Read), Done(is_named), NOTHING),
    (
        "to write, of a key to read",
        |world| (with(world, &[Read]), Write),
        refused!(ScopeLacking(AdminScope::Write)),
        NOTHING,
    ),
    (
        "to read, of a key to write",
        |world| (with(world, &[Write]), Read),
        refused!(ScopeLacking(AdminScope::Read)),
        NOTHING,
    ),
    ("without a key", |_| (None, Read), refused!(Unauthenticated), NOTHING),
    (
        "with a text, which the keys are not asked about",
        |world| {
            world.without(|ports| &ports.admin_keys);
            (Some("?".to_owned()), Read)
        },
        refused!(Unauthenticated),
        NOTHING,
    ),
    (
        "with a key that nobody was given",
        |_| (Some(format!("ak_{}", "A".repeat(43))), Read),
        refused!(Unauthenticated),
        NOTHING,
    ),
    ("with a user's token", |world| (Some(world.access_token(&world.ann())), Read), refused!(Unauthenticated), NOTHING),
    ("when its life is over", |world| (after(world, 86_400), Read), refused!(Unauthenticated), NOTHING),
    (
        "to do what it is not for, when its life is over",
        |world| (after(world, 86_400), Write),
        refused!(Unauthenticated),
        NOTHING,
    ),
    (
        "with a key that was revoked",
        |world| {
            let key = key_of_reports(world, &[Read], None);
            assert!(at_once(world.manage_admin_keys().revoke(key.key.id)).expect("memory answers"));
            (Some(key.secret.expose()), Read)
        },
        refused!(Unauthenticated),
        NOTHING,
    ),
    (
        "the keys are away",
        |world| {
            let key = with(world, &[Read]);
            world.without(|ports| &ports.admin_keys);
            (key, Read)
        },
        Failed,
        NOTHING,
    ),
    (
        "the keys are away, and it is not for this",
        |world| {
            let key = with(world, &[Read]);
            world.without(|ports| &ports.admin_keys);
            (key, Write)
        },
        Undecided,
        NOTHING,
    ),
];
