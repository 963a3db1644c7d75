//! Recognising clients by their publishable keys.

use auth_application::kit::Halt;
use auth_application::session::RecogniseClientRefusal::{self, UnknownKey};
use auth_contracts::samples::sample_client;
use auth_domain::clients::{ClientId, ClientKind, Clients, UnknownClients};

use crate::table::Expected::{Done, Failed};
use crate::table::{NOTHING, Row, check, refused};
use crate::world::{World, at_once, registered};

type Rows = &'static [Row<String, ClientId, RecogniseClientRefusal>];

async fn run(world: &World, key: String) -> Result<ClientId, Halt<RecogniseClientRefusal>> {
    world.recognise_client().run(&key).await
}

fn client(name: &str) -> ClientId {
    ClientId::parse(name).expect("a client id")
}

fn registering(world: &mut World, name: &str) {
    world.rules.register(vec![registered(name, ClientKind::Public)]);
}

/// A new key of this client.
fn key_of(world: &World, client: &ClientId) -> String {
    at_once(world.manage_client_keys().create(client)).expect("it is registered").key.to_string()
}

fn key_of_shop(world: &mut World) -> String {
    registering(world, "shop");
    key_of(world, &client("shop"))
}

fn revoke(world: &World, key: &str) {
    let keys = world.manage_client_keys();
    let key = at_once(keys.list()).expect("memory answers").into_iter().find(|held| held.key.as_str() == key);
    assert!(at_once(keys.revoke(&key.expect("it is there").key)).expect("memory answers"), "it was valid");
}

#[test]
fn a_key_names_its_client() {
    check(ROWS, run);
}

const ROWS: Rows = &[
    ("of a registered client", key_of_shop, Done(|_, _, found| assert_eq!(found, client("shop"))), NOTHING),
    (
        "one of two",
        |world| {
            let first = key_of_shop(world);
            key_of(world, &client("shop"));
            first
        },
        Done(|_, _, found| assert_eq!(found, client("shop"))),
        NOTHING,
    ),
    (
        "of the client of those who name none",
        |world| key_of(world, &sample_client()),
        Done(|_, _, found| assert_eq!(found, sample_client())),
        NOTHING,
    ),
    ("that nobody made", |_| format!("pk_{}", "0".repeat(32)), refused!(UnknownKey), NOTHING),
    ("that is none", |_| "pk_shop".to_owned(), refused!(UnknownKey), NOTHING),
    ("of another spelling", |world| key_of_shop(world).to_uppercase(), refused!(UnknownKey), NOTHING),
    (
        "that was revoked",
        |world| {
            let key = key_of_shop(world);
            revoke(world, &key);
            key
        },
        refused!(UnknownKey),
        NOTHING,
    ),
    (
        "of a client that is registered no more",
        |world| {
            let key = key_of_shop(world);
            registering(world, "another");
            key
        },
        refused!(UnknownKey),
        NOTHING,
    ),
    (
        "of a client that is registered no more, where such clients count as the default one",
        |world| {
            let key = key_of_shop(world);
            world.rules.clients = Clients::new(sample_client(), UnknownClients::TakenAsDefault, vec![]);
            key
        },
        refused!(UnknownKey),
        NOTHING,
    ),
    (
        "the keys are away",
        |world| {
            let key = key_of_shop(world);
            world.without(|ports| &ports.client_keys);
            key
        },
        Failed,
        NOTHING,
    ),
];

#[test]
fn keys_are_believed_for_ten_seconds() {
    let mut world = World::new();
    let key = key_of_shop(&mut world);
    let clients = world.recognise_client();
    let is_known = || at_once(clients.run(&key)).is_ok();
    assert!(is_known());
    revoke(&world, &key);
    world.pass(9);
    world.without(|ports| &ports.client_keys);
    assert!(is_known(), "it was read less than ten seconds ago, and nothing is asked again");
    world.mend();
    world.pass(1);
    assert!(!is_known(), "ten seconds are over");
}

#[test]
fn an_unknown_key_is_asked_for_once_in_a_second() {
    let mut world = World::new();
    registering(&mut world, "shop");
    let clients = world.recognise_client();
    let made_up = format!("pk_{}", "0".repeat(32));
    let is_unknown = || matches!(at_once(clients.run(&made_up)), Err(Halt::Refused(UnknownKey)));
    assert!(is_unknown());
    world.without(|ports| &ports.client_keys);
    assert!(is_unknown(), "nothing is asked again");
    world.mend();
    let key = key_of(&world, &client("shop"));
    assert!(at_once(clients.run(&key)).is_err(), "the keys were read in this second");
    world.pass(1);
    assert_eq!(at_once(clients.run(&key)).ok(), Some(client("shop")));
}
