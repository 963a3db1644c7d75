//! Tokens of clients for themselves.

use std::sync::atomic::Ordering;

use auth_application::kit::Halt;
use auth_application::session::ClientTokenRefusal::NotConfidential;
use auth_application::session::{ClientToken, ClientTokenRefusal};
use auth_contracts::samples::sample_client;
use auth_domain::access::ClientClaims;
use auth_domain::clients::{ClientId, ClientKind};
use auth_domain::secret_bytes::SecretHash;
use auth_ports::Clock as _;
use chrono::TimeDelta;

use crate::table::Expected::{Done, Failed};
use crate::table::{NOTHING, Row, check, refused};
use crate::world::{World, registered};

type Rows = &'static [Row<ClientId, ClientToken, ClientTokenRefusal>];

async fn run(world: &World, client: ClientId) -> Result<ClientToken, Halt<ClientTokenRefusal>> {
    world.issue_client_token().run(&client)
}

fn client(name: &str) -> ClientId {
    ClientId::parse(name).expect("a client id")
}

/// The backend of a shop has a secret, an app has none.
fn registering(world: &mut World) {
    let secret = ClientKind::Confidential(vec![SecretHash::of(b"secret")]);
    world.rules.register(vec![registered("shop", secret), registered("app", ClientKind::Public)]);
}

fn named(world: &mut World, name: &str) -> ClientId {
    registering(world);
    client(name)
}

/// The token says who it is and when it began, lives for two hours and names no user.
fn is_told_by_it(world: &World, client: &ClientId, token: ClientToken) {
    let (issue, text) = (world.issue_client_token(), token.access_token.as_str());
    let (issued_at, life) = (world.clock.now(), TimeDelta::hours(2));
    assert_eq!(token.expires_in, life);
    let claims = ClientClaims { client: client.clone(), issued_at, expires_at: issued_at + life };
    world.pass(7_199);
    assert_eq!((issue.read(text), world.authenticate().read(text)), (Some(claims), None));
    world.pass(1);
    assert_eq!(issue.read(text), None, "its life is over");
}

#[test]
fn who_has_a_secret_gets_a_token() {
    check(ROWS, run);
}

const ROWS: Rows = &[
    ("a client with a secret", |world| named(world, "shop"), Done(is_told_by_it), NOTHING),
    ("a client without one", |world| named(world, "app"), refused!(NotConfidential), NOTHING),
    ("a client that nobody registered", |world| named(world, "stranger"), refused!(NotConfidential), NOTHING),
    (
        "the client of those who name none",
        |world| {
            registering(world);
            sample_client()
        },
        refused!(NotConfidential),
        NOTHING,
    ),
    (
        "there is no key to sign with",
        |world| {
            world.tokens.fails.store(true, Ordering::Relaxed);
            named(world, "shop")
        },
        Failed,
        NOTHING,
    ),
];

#[test]
fn a_token_is_good_only_while_its_client_is_registered_with_a_secret() {
    for kind in [None, Some(ClientKind::Public)] {
        let mut world = World::new();
        registering(&mut world);
        let Ok(token) = world.issue_client_token().run(&client("shop")) else { panic!("it has a secret") };
        assert!(world.issue_client_token().read(&token.access_token).is_some());
        world.rules.register(kind.clone().into_iter().map(|kind| registered("shop", kind)).collect());
        assert_eq!(world.issue_client_token().read(&token.access_token), None, "now it is {kind:?}");
    }
}

#[test]
fn no_other_token_is_a_clients() {
    let mut world = World::new();
    registering(&mut world);
    let tokens = world.sign_in(&world.ann());
    for other in ["?", &tokens.access_token, &tokens.refresh_token] {
        assert_eq!(world.issue_client_token().read(other), None, "{other}");
    }
}
