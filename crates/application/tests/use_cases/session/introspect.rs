//! Telling backends what tokens are worth.

use std::convert::Infallible;

use auth_application::kit::Halt;
use auth_application::session::LiveToken;
use auth_contracts::samples::{sample_client, sample_origin};
use auth_domain::clients::{ClientId, ClientKind};
use auth_domain::identifier::IdentifierKind;
use auth_domain::secret_bytes::SecretHash;
use auth_ports::{AccessTokenChecker as _, Clock as _};
use chrono::TimeDelta;

use crate::table::Expected::{Done, Failed};
use crate::table::{NOTHING, Row, check};
use crate::world::{Person, World, at_once, registered};

type Rows = &'static [Row<String, Option<LiveToken>, Infallible>];

async fn run(world: &World, token: String) -> Result<Option<LiveToken>, Halt<Infallible>> {
    Ok(world.introspect_token().run(&token).await?)
}

/// An access token is worth what it says.
fn is_an_access_token(world: &World, token: &str, found: Option<LiveToken>) {
    let claims = world.tokens.check_whenever(token).expect("a token of this world");
    let account = world.account(claims.user);
    let username = account.identifier(IdentifierKind::USERNAME).map(|held| held.identifier.shown().to_owned());
    let expected = LiveToken {
        token_type: "Bearer",
        scope: claims.scope.name(),
        client: claims.client,
        for_client: claims.for_client,
        subject: account.id.to_string(),
        username,
        issued_at: claims.issued_at,
        expires_at: claims.expires_at,
    };
    assert_eq!(found, Some(expected));
}

/// The refresh token of the newest session of the newest account, which was made just now.
fn is_a_refresh_token(world: &World, _: &String, found: Option<LiveToken>) {
    let account = world.stores.accounts().pop().expect("somebody is there");
    let session = world.live_sessions(account.id).remove(0);
    let username = account.identifier(IdentifierKind::USERNAME).map(|held| held.identifier.shown().to_owned());
    let expected = LiveToken {
        token_type: "refresh_token",
        scope: "user",
        client: sample_client(),
        for_client: true,
        subject: account.id.to_string(),
        username,
        issued_at: world.clock.now(),
        expires_at: session.expires_at,
    };
    assert_eq!(found, Some(expected));
}

fn is_worth_nothing(_: &World, _: &String, found: Option<LiveToken>) {
    assert_eq!(found, None);
}

/// The shop's backend asks for a token of its own.
fn of_shop(world: &mut World) -> String {
    let secret = ClientKind::Confidential(vec![SecretHash::of(b"secret")]);
    world.rules.register(vec![registered("shop", secret)]);
    let token = world.issue_client_token().run(&ClientId::parse("shop").expect("a client id"));
    token.map(|token| token.access_token).unwrap_or_else(|halt| panic!("{halt:?}"))
}

/// Uses a refresh token a minute later; its successor.
fn refresh(world: &World, token: &str) -> String {
    world.pass(60);
    at_once(world.refresh_session().run(token, &sample_origin())).expect("it goes on").refresh_token
}

#[test]
fn a_live_token_is_worth_what_it_was_given_for() {
    check(LIVE, run);
}

const LIVE: Rows = &[
    (
        "an access token",
        |world| world.sign_in(&world.ann()).access_token,
        Done(|world, token, found| is_an_access_token(world, token, found)),
        NOTHING,
    ),
    (
        "an access token in its last second",
        |world| {
            let token = world.sign_in(&world.ann()).access_token;
            world.pass(7_199);
            token
        },
        Done(|world, token, found| is_an_access_token(world, token, found)),
        NOTHING,
    ),
    (
        "an access token of somebody without a username",
        |world| world.access_token(&world.passwordless()),
        Done(|world, token, found| is_an_access_token(world, token, found)),
        NOTHING,
    ),
    (
        "an access token of somebody who is known by a device only",
        |world| world.access_token(&world.anonymous()),
        Done(|world, token, found| {
            assert_eq!(found.as_ref().map(|found| found.scope), Some("anonymous"));
            is_an_access_token(world, token, found);
        }),
        NOTHING,
    ),
    ("a refresh token", |world| world.sign_in(&world.ann()).refresh_token, Done(is_a_refresh_token), NOTHING),
    (
        "a refresh token that came of another one",
        |world| {
            let first = world.sign_in(&world.ann()).refresh_token;
            refresh(world, &first)
        },
        Done(is_a_refresh_token),
        NOTHING,
    ),
    (
        "a client's own token",
        |world| of_shop(world),
        Done(|world, _, found| {
            let now = world.clock.now();
            let expected = LiveToken {
                token_type: "Bearer",
                scope: "client",
                client: ClientId::parse("shop").expect("a client id"),
                for_client: true,
                subject: "shop".to_owned(),
                username: None,
                issued_at: now,
                expires_at: now + TimeDelta::hours(2),
            };
            assert_eq!(found, Some(expected));
        }),
        NOTHING,
    ),
    (
        "a client's own token, whatever is away",
        |world| {
            world.ports.set_failing(true);
            of_shop(world)
        },
        Done(|_, _, found| assert!(found.is_some())),
        NOTHING,
    ),
];

#[test]
fn any_other_token_is_worth_nothing() {
    check(DEAD, run);
}

/// One of the tokens of a session of Ann's, to whom something happened since.
fn after(world: &World, refresh: bool, happens: fn(&World, &Person)) -> String {
    let ann = world.ann();
    let tokens = world.sign_in(&ann);
    happens(world, &ann);
    if refresh { tokens.refresh_token } else { tokens.access_token }
}

fn end_newest(world: &World, person: &Person) {
    world.end(person.id(), world.live_sessions(person.id()).remove(0).id);
}

const DEAD: Rows = &[
    ("a text", |_| "?".to_owned(), Done(is_worth_nothing), NOTHING),
    (
        "an access token whose life is over",
        |world| after(world, false, |world, _| world.pass(7_200)),
        Done(is_worth_nothing),
        NOTHING,
    ),
    (
        "an access token of a session that ended",
        |world| after(world, false, end_newest),
        Done(is_worth_nothing),
        NOTHING,
    ),
    (
        "an access token of somebody blocked",
        |world| after(world, false, |world, ann| world.block(ann.id())),
        Done(is_worth_nothing),
        NOTHING,
    ),
    (
        "a refresh token of a session that is over",
        |world| after(world, true, |world, _| world.pass(31 * 86_400)),
        Done(is_worth_nothing),
        NOTHING,
    ),
    (
        "a refresh token of a session that ended",
        |world| after(world, true, end_newest),
        Done(is_worth_nothing),
        NOTHING,
    ),
    (
        "a refresh token of somebody blocked",
        |world| after(world, true, |world, ann| world.block(ann.id())),
        Done(is_worth_nothing),
        NOTHING,
    ),
    (
        "a refresh token that was used",
        |world| {
            let token = world.sign_in(&world.ann()).refresh_token;
            refresh(world, &token);
            token
        },
        Done(is_worth_nothing),
        NOTHING,
    ),
    (
        "a token of a client that has no secret any more",
        |world| {
            let token = of_shop(world);
            world.rules.register(vec![registered("shop", ClientKind::Public)]);
            token
        },
        Done(is_worth_nothing),
        NOTHING,
    ),
    (
        "a token of a client whose life is over",
        |world| {
            let token = of_shop(world);
            world.pass(7_200);
            token
        },
        Done(is_worth_nothing),
        NOTHING,
    ),
];

#[test]
fn a_failure_is_no_judgement() {
    check(FAILING, run);
}

const FAILING: Rows = &[
    ("an access token, while the accounts are away", |world| after(world, false, without_accounts), Failed, NOTHING),
    ("a refresh token, while the accounts are away", |world| after(world, true, without_accounts), Failed, NOTHING),
    ("a refresh token, while the sessions are away", |world| after(world, true, without_sessions), Failed, NOTHING),
];

fn without_accounts(world: &World, _: &Person) {
    world.without(|ports| &ports.accounts);
}

fn without_sessions(world: &World, _: &Person) {
    world.without(|ports| &ports.sessions);
}

#[test]
fn the_issuer_is_told() {
    assert_eq!(World::new().introspect_token().issuer(), "https://auth.example");
}
