//! Carrying sessions on.

use std::sync::atomic::Ordering;

use auth_application::kit::{Halt, Tokens};
use auth_application::session::RefreshSessionRefusal;
use auth_application::session::RefreshSessionRefusal::InvalidGrant;
use auth_contracts::samples::sample_origin;
use auth_domain::clients::ClientKind;
use auth_domain::events::EventKind;
use auth_domain::keyed_hash::ServerKey;
use auth_domain::origin::Origin;
use auth_domain::secret_bytes::SecretBytes;
use auth_domain::sessions::RefreshToken;
use chrono::TimeDelta;

use crate::table::Expected::{Done, Failed, Undecided};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{Origins as _, Person, World, at_once, registered};

/// A refresh token, and where it is used.
type Request = (String, Origin);
type Rows = &'static [Row<Request, Tokens, RefreshSessionRefusal>];

const REPLAYED: Effects = Effects { ended: 1, events: &[EventKind::RefreshReplayed], ..NOTHING };
/// A session's life.
const LIFE: i64 = 31 * 86_400;

async fn run(world: &World, (token, origin): Request) -> Result<Tokens, Halt<RefreshSessionRefusal>> {
    world.refresh_session().run(&token, &origin).await
}

/// The first refresh token of a session of Ann's.
fn first(world: &World) -> Request {
    let ann = world.ann();
    (world.sign_in(&ann).refresh_token, ann.origin())
}

/// The first refresh token of a session of Ann's, to whom something happened since.
fn after(world: &World, happens: fn(&World, &Person)) -> Request {
    let ann = world.ann();
    let token = world.sign_in(&ann).refresh_token;
    happens(world, &ann);
    (token, ann.origin())
}

/// The same request came before; its answer may have been lost.
fn done_before(world: &World, request: Request) -> Request {
    at_once(run(world, request.clone())).expect("it goes on");
    request
}

fn opened(world: &World, token: &str) -> RefreshToken {
    RefreshToken::open(&world.key, token).expect("a token of this service")
}

/// The same session goes on, one generation further than the token that was used.
fn goes_on(world: &World, request: &Request, tokens: Tokens) {
    goes_on_for(world, request, &tokens, TimeDelta::hours(2));
}

fn goes_on_for(world: &World, (token, _): &Request, tokens: &Tokens, life: TimeDelta) {
    let (used, next) = (opened(world, token), opened(world, &tokens.refresh_token));
    assert_eq!((next.user(), next.session()), (used.user(), used.session()));
    assert_eq!((next.generation(), next.seed_hash()), (used.generation() + 1, used.seed_hash()));
    let sessions = world.live_sessions(used.user());
    let session = sessions.iter().find(|session| session.id == used.session()).expect("it lives");
    assert_eq!(session.generation, next.generation());
    let claims = world.caller_with(tokens).claims;
    assert_eq!((claims.session, claims.user, tokens.user), (session.id, used.user(), used.user()));
    assert_eq!((&claims.client, &claims.method), (&session.client, &session.method));
    assert_eq!((claims.scope, tokens.scope), (session.scope, session.scope));
    assert_eq!((tokens.expires_in, claims.expires_at - claims.issued_at), (life, life));
}

#[test]
fn the_current_token_carries_its_session_on() {
    check(ON, run);
}

const ON: Rows = &[
    ("the first token", |world| first(world), Done(goes_on), NOTHING),
    (
        "its successor",
        |world| {
            let (token, origin) = first(world);
            let tokens = at_once(run(world, (token, origin.clone()))).expect("it goes on");
            (tokens.refresh_token, origin)
        },
        Done(goes_on),
        NOTHING,
    ),
    (
        "from another device and network",
        |world| (first(world).0, Origin { device: None, ..sample_origin() }),
        Done(goes_on),
        NOTHING,
    ),
    (
        "the same request again, in the last second of the grace",
        |world| {
            let request = done_before(world, first(world));
            world.pass(9);
            request
        },
        Done(goes_on),
        NOTHING,
    ),
    (
        "the same request twice at once",
        |world| {
            let request = first(world);
            let twin = request.clone();
            world.meanwhile(|world| drop(done_before(world, twin)));
            request
        },
        Done(goes_on),
        NOTHING,
    ),
    (
        "in the last second of the session, which its tokens do not outlive",
        |world| {
            let request = first(world);
            world.pass(LIFE - 1);
            request
        },
        Done(|world, request, tokens| goes_on_for(world, request, &tokens, TimeDelta::seconds(1))),
        NOTHING,
    ),
    (
        "a session of a registered client, in its own hands",
        |world| {
            world.rules.register(vec![registered("another-app", ClientKind::Public)]);
            let ann = world.ann();
            let origin = ann.origin().at_another_client();
            (world.sign_in_from(&ann, origin.clone()).refresh_token, origin)
        },
        Done(goes_on),
        NOTHING,
    ),
    (
        "a session of a client that nobody registered, in the hands of another such",
        |world| {
            let (token, origin) = first(world);
            (token, origin.at_another_client())
        },
        Done(goes_on),
        NOTHING,
    ),
];

#[test]
fn a_used_token_ends_its_session() {
    check(REPLAYS, run);
}

const REPLAYS: Rows = &[
    (
        "used once, when the grace is over",
        |world| {
            let request = done_before(world, first(world));
            world.pass(10);
            request
        },
        refused!(InvalidGrant),
        REPLAYED,
    ),
    (
        "used once, and so was its successor just now",
        |world| {
            let (token, origin) = first(world);
            let tokens = at_once(run(world, (token.clone(), origin.clone()))).expect("it goes on");
            done_before(world, (tokens.refresh_token, origin.clone()));
            (token, origin)
        },
        refused!(InvalidGrant),
        REPLAYED,
    ),
    (
        "used once, when the grace is over and the sessions are away",
        |world| {
            let request = done_before(world, first(world));
            world.pass(10);
            world.without(|ports| &ports.sessions);
            request
        },
        Undecided,
        NOTHING,
    ),
];

#[test]
fn a_replay_is_recorded_with_where_it_came_from() {
    let world = World::new();
    let (token, origin) = done_before(&world, first(&world));
    world.pass(10);
    let thief = sample_origin();
    at_once(run(&world, (token.clone(), thief.clone()))).expect_err("it was used");
    let event = world.last_event();
    assert_eq!((event.user, event.actor.origin()), (Some(opened(&world, &token).user()), Some(&thief)));
    at_once(run(&world, (token, origin))).expect_err("the session has ended for everybody");
    assert_eq!(world.last_event(), event, "which is recorded once");
}

#[test]
fn any_other_token_carries_nothing_on() {
    check(REFUSED, run);
}

/// A token of this session and generation, sealed as only the holder of this key can.
fn sealed_with(world: &World, key: &ServerKey) -> Request {
    let (token, origin) = first(world);
    (opened(world, &token).seal(key), origin)
}

const REFUSED: Rows = &[
    ("a text", |_| ("?".to_owned(), sample_origin()), refused!(InvalidGrant), NOTHING),
    (
        "an access token",
        |world| (world.sign_in(&world.ann()).access_token, sample_origin()),
        refused!(InvalidGrant),
        NOTHING,
    ),
    (
        "one that another key sealed",
        |world| sealed_with(world, &ServerKey::new(SecretBytes::new([8; 32]))),
        refused!(InvalidGrant),
        NOTHING,
    ),
    (
        "one of a session that nobody began",
        |world| {
            let (token, origin) = first(world);
            let began = opened(world, &token);
            let other = RefreshToken::first(began.user(), began.session(), [7; 16]);
            (other.seal(&world.key), origin)
        },
        refused!(InvalidGrant),
        NOTHING,
    ),
    (
        "one that will be the successor",
        |world| {
            let (token, origin) = first(world);
            (opened(world, &token).successor().seal(&world.key), origin)
        },
        refused!(InvalidGrant),
        NOTHING,
    ),
    (
        "one of a session that is over",
        |world| {
            let request = first(world);
            world.pass(LIFE);
            request
        },
        refused!(InvalidGrant),
        NOTHING,
    ),
    (
        "one of a session that was ended",
        |world| {
            after(world, |world, ann| {
                let newest = world.live_sessions(ann.id()).remove(0);
                world.end(ann.id(), newest.id);
            })
        },
        refused!(InvalidGrant),
        NOTHING,
    ),
    (
        "one of a session that is ended in this moment",
        |world| {
            let (token, origin) = first(world);
            let began = opened(world, &token);
            world.meanwhile(move |world| world.end(began.user(), began.session()));
            (token, origin)
        },
        refused!(InvalidGrant),
        Effects { ended: 1, events: &[EventKind::SignedOut], ..NOTHING },
    ),
    (
        "one of somebody who is blocked",
        |world| after(world, |world, ann| world.block(ann.id())),
        refused!(InvalidGrant),
        NOTHING,
    ),
    (
        "one of somebody who is gone",
        |world| after(world, |world, ann| world.remove(ann.id())),
        refused!(InvalidGrant),
        NOTHING,
    ),
    (
        "one of a client that nobody registered, in the hands of one that is registered",
        |world| {
            world.rules.register(vec![registered("another-app", ClientKind::Public)]);
            let (token, origin) = first(world);
            (token, origin.at_another_client())
        },
        refused!(InvalidGrant),
        NOTHING,
    ),
    (
        "one of a registered client, used before, in the hands of one that nobody registered",
        |world| {
            world.rules.register(vec![registered("another-app", ClientKind::Public)]);
            let ann = world.ann();
            let theirs = ann.origin().at_another_client();
            let (token, _) = done_before(world, (world.sign_in_from(&ann, theirs.clone()).refresh_token, theirs));
            world.pass(10);
            (token, ann.origin())
        },
        refused!(InvalidGrant),
        NOTHING,
    ),
];

#[test]
fn a_failure_costs_nothing() {
    check(FAILING, run);
}

const FAILING: Rows = &[
    (
        "the sessions are away",
        |world| {
            let request = first(world);
            world.without(|ports| &ports.sessions);
            request
        },
        Failed,
        NOTHING,
    ),
    (
        "there is no key to sign with: the token was used, and is good once more within the grace",
        |world| {
            let request = first(world);
            world.tokens.fails.store(true, Ordering::Relaxed);
            request
        },
        Failed,
        NOTHING,
    ),
];
