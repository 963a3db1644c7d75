//! Admin keys: made, listed and revoked.

use std::convert::Infallible;

use auth_application::admin::NewAdminKeyRefusal::{Life, Name, NoName, NoScope};
use auth_application::admin::{NewAdminKey, NewAdminKeyRefusal};
use auth_application::kit::Halt;
use auth_domain::admin::AdminKey;
use auth_domain::admin::AdminScope::{self, Read, Write};
use auth_domain::events::{Actor, EventKind};
use auth_domain::text::TextError;
use auth_ports::{AdminKeyStore as _, Clock as _};
use chrono::TimeDelta;
use uuid::Uuid;

use crate::table::Expected::{Done, Failed};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{World, at_once};

/// A name, scopes and a life.
type Request = (String, Vec<AdminScope>, Option<TimeDelta>);
type Rows = &'static [Row<Request, NewAdminKey, NewAdminKeyRefusal>];

const MADE: Effects = Effects { events: &[EventKind::AdminKeyCreated], ..NOTHING };
const REVOKED: Effects = Effects { events: &[EventKind::AdminKeyRevoked], ..NOTHING };

async fn create(world: &World, (name, scopes, life): Request) -> Result<NewAdminKey, Halt<NewAdminKeyRefusal>> {
    world.manage_admin_keys().create(&name, scopes, life).await
}

fn named(name: impl Into<String>) -> Request {
    (name.into(), vec![Read], None)
}

fn living(life: TimeDelta) -> Request {
    ("reports".to_owned(), vec![Read], Some(life))
}

/// It is stored as it was asked for, without its secret, and recorded by its name.
fn is_kept(world: &World, (name, scopes, life): &Request, made: NewAdminKey) {
    let (key, now) = (made.key, world.clock.now());
    assert_eq!((key.name.as_str(), &key.scopes), (name.trim(), scopes));
    assert_eq!((key.created_at, key.expires_at, key.revoked_at), (now, life.map(|life| now + life), None));
    assert_eq!(at_once(world.stores.find(&made.secret.hash())).expect("memory answers"), Some(key.clone()));
    is_recorded(world, &key.name);
}

/// At the command line.
fn is_recorded(world: &World, key: &str) {
    let event = world.last_event();
    assert_eq!((event.user, event.detail.as_deref(), event.at), (None, Some(key), world.clock.now()));
    assert_eq!(event.actor, Actor::Operator { name: "cli".to_owned(), network: None });
}

#[test]
fn keys_are_made() {
    check(MAKING, create);
}

const MAKING: Rows = &[
    ("for ever", |_| named("reports"), Done(is_kept), MADE),
    ("for everything", |_| ("reports".to_owned(), vec![Read, Write], None), Done(is_kept), MADE),
    ("with spaces around the name", |_| named("  reports "), Done(is_kept), MADE),
    ("with the longest name", |_| named("n".repeat(64)), Done(is_kept), MADE),
    (
        "with the name of another",
        |world| {
            at_once(create(world, named("reports"))).expect("made");
            named("reports")
        },
        Done(is_kept),
        MADE,
    ),
    ("for a day", |_| living(TimeDelta::days(1)), Done(is_kept), MADE),
    ("for a hundred years", |_| living(TimeDelta::days(36_525)), Done(is_kept), MADE),
    ("without a name", |_| named(" "), refused!(NoName), NOTHING),
    ("with a name that is too long", |_| named("n".repeat(65)), refused!(Name(TextError::TooLong(64))), NOTHING),
    ("with a name of two lines", |_| named("reports\nadmin"), refused!(Name(TextError::ControlCharacter)), NOTHING),
    ("for nothing", |_| ("reports".to_owned(), vec![], None), refused!(NoScope), NOTHING),
    ("for less than a day", |_| living(TimeDelta::days(1) - TimeDelta::seconds(1)), refused!(Life), NOTHING),
    (
        "for more than a hundred years",
        |_| living(TimeDelta::days(36_525) + TimeDelta::seconds(1)),
        refused!(Life),
        NOTHING,
    ),
    ("for longer than there is time", |_| living(TimeDelta::MAX), refused!(Life), NOTHING),
    (
        "the keys are away",
        |world| {
            world.without(|ports| &ports.admin_keys);
            named("reports")
        },
        Failed,
        NOTHING,
    ),
];

async fn revoke(world: &World, id: Uuid) -> Result<bool, Halt<Infallible>> {
    Ok(world.manage_admin_keys().revoke(id).await?)
}

fn a_key(world: &World) -> Uuid {
    at_once(create(world, named("reports"))).expect("made").key.id
}

fn was_not(_: &World, _: &Uuid, revoked: bool) {
    assert!(!revoked);
}

#[test]
fn keys_are_revoked() {
    check(REVOKING, revoke);
}

const REVOKING: &[Row<Uuid, bool, Infallible>] = &[
    (
        "one of two",
        |world| {
            a_key(world);
            a_key(world)
        },
        Done(|world, id, revoked| {
            let keys = at_once(world.manage_admin_keys().list()).expect("memory answers");
            let is_revoked = |key: &AdminKey| key.revoked_at == Some(world.clock.now());
            assert!(revoked && keys.iter().all(|key| is_revoked(key) == (key.id == *id)));
            is_recorded(world, &id.to_string());
        }),
        REVOKED,
    ),
    (
        "once more",
        |world| {
            let id = a_key(world);
            at_once(revoke(world, id)).expect("revoked");
            id
        },
        Done(was_not),
        NOTHING,
    ),
    ("one that nobody made", |_| Uuid::nil(), Done(was_not), NOTHING),
    (
        "the keys are away",
        |world| {
            let id = a_key(world);
            world.without(|ports| &ports.admin_keys);
            id
        },
        Failed,
        NOTHING,
    ),
];

async fn names(world: &World, (): ()) -> Result<Vec<String>, Halt<Infallible>> {
    let keys = world.manage_admin_keys().list().await?;
    Ok(keys.into_iter().map(|key| key.name).collect())
}

#[test]
fn keys_are_listed() {
    check(LISTING, names);
}

const LISTING: &[Row<(), Vec<String>, Infallible>] = &[
    ("none", |_| (), Done(|_, (), names| assert_eq!(names, [""; 0])), NOTHING),
    (
        "in the order of making, with those that are good for nothing any more",
        |world| {
            at_once(create(world, ("expired".to_owned(), vec![Read], Some(TimeDelta::days(1))))).expect("made");
            world.pass(86_400);
            let revoked = at_once(create(world, named("revoked"))).expect("made").key.id;
            at_once(revoke(world, revoked)).expect("revoked");
            world.pass(1);
            at_once(create(world, named("alive"))).expect("made");
        },
        Done(|_, (), names| assert_eq!(names, ["expired", "revoked", "alive"])),
        NOTHING,
    ),
    (
        "the keys are away",
        |world| {
            world.without(|ports| &ports.admin_keys);
        },
        Failed,
        NOTHING,
    ),
];
