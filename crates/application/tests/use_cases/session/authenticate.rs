//! Telling who calls.

use auth_application::kit::{Caller, Halt};
use auth_application::session::AuthenticateRefusal;
use auth_application::session::AuthenticateRefusal::Unauthenticated;
use auth_contracts::samples::{SampleAccount, sample_client};
use auth_domain::access::{AccessClaims, ClientClaims, Scope};
use auth_ports::{AccessTokenChecker as _, AccessTokenMinter as _, ClientTokens as _, Clock as _};
use chrono::TimeDelta;

use crate::table::Expected::{Done, Failed, Undecided};
use crate::table::{NOTHING, Row, check, refused};
use crate::world::{Person, World, at_once};

/// An access token, if one is shown.
type Request = Option<String>;
type Rows = &'static [Row<Request, Caller, AuthenticateRefusal>];

async fn run(world: &World, token: Request) -> Result<Caller, Halt<AuthenticateRefusal>> {
    world.authenticate().run(token.as_deref()).await
}

fn claims_of(world: &World, token: &Request) -> AccessClaims {
    let token = token.as_ref().expect("a token");
    world.tokens.check_whenever(token).expect("a token of this world")
}

/// It is whom the token names, with the account as it is now.
fn is_known(world: &World, token: &Request, caller: Caller) {
    let claims = claims_of(world, token);
    assert_eq!((caller.account, &caller.claims), (world.account(claims.user), &claims));
}

/// The same, although the token says that they are anonymous.
fn is_anonymous_no_longer(world: &World, token: &Request, caller: Caller) {
    let claims = claims_of(world, token);
    assert_eq!(claims.scope, Scope::Anonymous, "what the token says");
    assert_eq!((caller.account.id, caller.claims), (claims.user, AccessClaims { scope: Scope::User, ..claims }));
}

#[test]
fn a_live_token_of_a_live_session_names_the_caller() {
    check(KNOWN, run);
}

const KNOWN: Rows = &[
    ("the token of a sign-in", |world| Some(world.sign_in(&world.ann()).access_token), Done(is_known), NOTHING),
    (
        "in its last second",
        |world| {
            let tokens = world.sign_in(&world.ann());
            world.pass(7_199);
            Some(tokens.access_token)
        },
        Done(is_known),
        NOTHING,
    ),
    (
        "of somebody who is known by a device only",
        |world| Some(world.access_token(&world.anonymous())),
        Done(|world, token, caller| {
            assert_eq!(caller.claims.scope, Scope::Anonymous);
            is_known(world, token, caller);
        }),
        NOTHING,
    ),
    (
        "made before they gave an address",
        |world| Some(as_anonymous(world, &world.passwordless())),
        Done(is_anonymous_no_longer),
        NOTHING,
    ),
    (
        "made before they proved an identity at a third party",
        |world| Some(as_anonymous(world, &world.person(SampleAccount::new().with_external_identity()))),
        Done(is_anonymous_no_longer),
        NOTHING,
    ),
];

/// A token that was given to the person while they were anonymous.
fn as_anonymous(world: &World, person: &Person) -> String {
    let claims = AccessClaims { scope: Scope::Anonymous, ..world.caller(person).claims };
    world.tokens.mint(&claims).expect("there is a key")
}

#[test]
fn any_other_token_names_nobody() {
    check(UNKNOWN, run);
}

/// Ann's token, after something happened to her.
fn after(world: &World, happens: fn(&World, &Person)) -> Request {
    let ann = world.ann();
    let token = world.access_token(&ann);
    happens(world, &ann);
    Some(token)
}

const UNKNOWN: Rows = &[
    ("none", |_| None, refused!(Unauthenticated), NOTHING),
    ("a text", |_| Some("?".to_owned()), refused!(Unauthenticated), NOTHING),
    ("a refresh token", |world| Some(world.sign_in(&world.ann()).refresh_token), refused!(Unauthenticated), NOTHING),
    ("a client's own token", |world| Some(token_of_client(world)), refused!(Unauthenticated), NOTHING),
    (
        "one whose life is over",
        |world| {
            let tokens = world.sign_in(&world.ann());
            world.pass(7_200);
            Some(tokens.access_token)
        },
        refused!(Unauthenticated),
        NOTHING,
    ),
    (
        "one of a session that ended",
        |world| after(world, |world, ann| world.sign_out(ann)),
        refused!(Unauthenticated),
        NOTHING,
    ),
    (
        "one of somebody who is blocked",
        |world| after(world, |world, ann| world.block(ann.id())),
        refused!(Unauthenticated),
        NOTHING,
    ),
    (
        "one of somebody who is gone",
        |world| after(world, |world, ann| world.remove(ann.id())),
        refused!(Unauthenticated),
        NOTHING,
    ),
    (
        "a text, which the accounts are not asked about",
        |world| {
            world.without(|ports| &ports.accounts);
            Some("?".to_owned())
        },
        refused!(Unauthenticated),
        NOTHING,
    ),
    (
        "a good one, while the accounts are away",
        |world| Some(world.without(|ports| &ports.accounts).access_token(&world.ann())),
        Failed,
        NOTHING,
    ),
    (
        "one of a session that ended, while the accounts are away",
        |world| {
            world.without(|ports| &ports.accounts);
            after(world, |world, ann| world.sign_out(ann))
        },
        Undecided,
        NOTHING,
    ),
];

fn token_of_client(world: &World) -> String {
    let now = world.clock.now();
    let claims = ClientClaims { client: sample_client(), issued_at: now, expires_at: now + TimeDelta::hours(2) };
    world.tokens.mint_for_client(&claims).expect("there is a key")
}

#[test]
fn a_token_can_be_read_while_it_lives_and_its_client_is_known_ever_after() {
    let world = World::new();
    let (authenticate, tokens) = (world.authenticate(), world.sign_in(&world.ann()));
    let claims = at_once(run(&world, Some(tokens.access_token.clone()))).expect("it is good").claims;
    assert_eq!(authenticate.read(&tokens.access_token), Some(claims));
    world.pass(7_200);
    assert_eq!(authenticate.read(&tokens.access_token), None, "its life is over");
    assert_eq!(authenticate.client_of(&tokens.access_token), Some(sample_client()));
    for stranger in ["?", &tokens.refresh_token, &token_of_client(&world)] {
        assert_eq!((authenticate.read(stranger), authenticate.client_of(stranger)), (None, None), "{stranger}");
    }
}
