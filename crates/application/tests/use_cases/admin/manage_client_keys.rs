//! Publishable keys: made, listed and revoked.

use std::convert::Infallible;

use auth_application::admin::NewClientKeyRefusal::{self, UnknownClient};
use auth_application::kit::Halt;
use auth_contracts::samples::sample_client;
use auth_domain::client_keys::{ClientKey, PublishableKey};
use auth_domain::clients::{ClientId, ClientKind};
use auth_domain::events::{Actor, EventKind};
use auth_domain::secret_bytes::SecretHash;
use auth_ports::Clock as _;

use crate::table::Expected::{Done, Failed};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{World, at_once, registered};

type Rows = &'static [Row<ClientId, ClientKey, NewClientKeyRefusal>];

const MADE: Effects = Effects { events: &[EventKind::ClientKeyCreated], ..NOTHING };
const REVOKED: Effects = Effects { events: &[EventKind::ClientKeyRevoked], ..NOTHING };

async fn create(world: &World, client: ClientId) -> Result<ClientKey, Halt<NewClientKeyRefusal>> {
    world.manage_client_keys().create(&client).await
}

fn client(name: &str) -> ClientId {
    ClientId::parse(name).expect("a client id")
}

/// An app has no secret, the backend of a shop has one.
fn named(world: &mut World, name: &str) -> ClientId {
    let secret = ClientKind::Confidential(vec![SecretHash::of(b"secret")]);
    world.rules.register(vec![registered("app", ClientKind::Public), registered("shop", secret)]);
    client(name)
}

fn all(world: &World) -> Vec<ClientKey> {
    at_once(world.manage_client_keys().list()).expect("memory answers")
}

/// It is the newest of the list, and recorded.
fn is_kept(world: &World, client: &ClientId, made: ClientKey) {
    assert_eq!((&made.client, made.created_at, made.revoked_at), (client, world.clock.now(), None));
    assert!(all(world).contains(&made));
    is_recorded(world, &made.key);
}

/// At the command line.
fn is_recorded(world: &World, key: &PublishableKey) {
    let event = world.last_event();
    assert_eq!((event.user, event.detail.as_deref(), event.at), (None, Some(key.as_str()), world.clock.now()));
    assert_eq!(event.actor, Actor::Operator { name: "cli".to_owned(), network: None });
}

#[test]
fn keys_are_made_for_clients_that_are_known() {
    check(MAKING, create);
}

const MAKING: Rows = &[
    ("a public client", |world| named(world, "app"), Done(is_kept), MADE),
    ("a confidential client", |world| named(world, "shop"), Done(is_kept), MADE),
    ("the client of those who name none", |_| sample_client(), Done(is_kept), MADE),
    (
        "a client that has one",
        |world| {
            let app = named(world, "app");
            at_once(create(world, app.clone())).expect("made");
            app
        },
        Done(|world, client, made| {
            let [first, second] = all(world).try_into().expect("two keys");
            assert!(first.key != second.key && [first, second].contains(&made));
            is_kept(world, client, made);
        }),
        MADE,
    ),
    (
        "a client that nobody registered",
        |world| named(world, "stranger"),
        refused!(UnknownClient(name) if name.as_str() == "stranger"),
        NOTHING,
    ),
    (
        "the keys are away",
        |world| {
            world.without(|ports| &ports.client_keys);
            named(world, "app")
        },
        Failed,
        NOTHING,
    ),
];

async fn revoke(world: &World, key: PublishableKey) -> Result<bool, Halt<Infallible>> {
    Ok(world.manage_client_keys().revoke(&key).await?)
}

fn a_key(world: &mut World) -> PublishableKey {
    let app = named(world, "app");
    at_once(create(world, app)).expect("made").key
}

fn was_not(_: &World, _: &PublishableKey, revoked: bool) {
    assert!(!revoked);
}

#[test]
fn keys_are_revoked() {
    check(REVOKING, revoke);
}

const REVOKING: &[Row<PublishableKey, bool, Infallible>] = &[
    (
        "one of two",
        |world| {
            a_key(world);
            a_key(world)
        },
        Done(|world, key, revoked| {
            let is_revoked = |held: &ClientKey| held.revoked_at == Some(world.clock.now());
            assert!(revoked && all(world).iter().all(|held| is_revoked(held) == (held.key == *key)));
            is_recorded(world, key);
        }),
        REVOKED,
    ),
    (
        "once more",
        |world| {
            let key = a_key(world);
            at_once(revoke(world, key.clone())).expect("revoked");
            key
        },
        Done(was_not),
        NOTHING,
    ),
    ("one that nobody made", |_| PublishableKey::new([0; 16]), Done(was_not), NOTHING),
    (
        "the keys are away",
        |world| {
            let key = a_key(world);
            world.without(|ports| &ports.client_keys);
            key
        },
        Failed,
        NOTHING,
    ),
];
