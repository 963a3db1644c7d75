//! Ending sessions, and listing those that live.

use std::convert::Infallible;

use auth_application::kit::{Caller, Halt};
use auth_contracts::samples::{sample_device, sample_origin};
use auth_domain::events::{Actor, EventKind};
use auth_domain::origin::Origin;
use auth_domain::sessions::{Session, SessionId};

use crate::table::Expected::{Done, Failed};
use crate::table::{Effects, NOTHING, Row, check};
use crate::world::{Person, World, at_once};

type Outcome<T> = Result<T, Halt<Infallible>>;

const SIGNED_OUT: Effects = Effects { ended: 1, events: &[EventKind::SignedOut], ..NOTHING };
const ENDED: Effects = Effects { ended: 1, events: &[EventKind::SessionsEnded], ..NOTHING };
/// A session's life.
const LIFE: i64 = 31 * 86_400;

/// Somebody else is signed in, too.
fn ann_and_another(world: &World) -> Person {
    world.ann();
    world.ann()
}

/// Tokens to sign out with, and where they are used.
type Tokens = (Vec<String>, Origin);

async fn by_tokens(world: &World, (tokens, origin): Tokens) -> Outcome<()> {
    let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
    Ok(world.end_sessions().by_tokens(&tokens, &origin).await?)
}

/// The access token and the refresh token of a session of Ann's, who has another.
fn of_a_session(world: &World) -> [String; 2] {
    let tokens = world.sign_in(&ann_and_another(world));
    [tokens.access_token, tokens.refresh_token]
}

fn is_recorded(world: &World, (_, origin): &Tokens, (): ()) {
    let event = world.last_event();
    let newest = world.stores.accounts().pop().expect("Ann is there").id;
    assert_eq!((event.user, event.actor), (Some(newest), Actor::User(origin.clone())));
}

#[test]
fn who_shows_a_token_signs_out() {
    check(BY_TOKENS, by_tokens);
}

const BY_TOKENS: &[Row<Tokens, (), Infallible>] = &[
    (
        "an access token",
        |world| {
            let [access, _] = of_a_session(world);
            (vec![access], sample_origin())
        },
        Done(is_recorded),
        SIGNED_OUT,
    ),
    (
        "an access token whose life is over",
        |world| {
            let [access, _] = of_a_session(world);
            world.pass(7_200);
            (vec![access], sample_origin())
        },
        Done(is_recorded),
        SIGNED_OUT,
    ),
    (
        "a refresh token",
        |world| {
            let [_, refresh] = of_a_session(world);
            (vec![refresh], sample_origin())
        },
        Done(is_recorded),
        SIGNED_OUT,
    ),
    (
        "a refresh token that was used",
        |world| {
            let [_, refresh] = of_a_session(world);
            at_once(world.refresh_session().run(&refresh, &sample_origin())).expect("it goes on");
            (vec![refresh], sample_origin())
        },
        Done(is_recorded),
        SIGNED_OUT,
    ),
    (
        "both tokens of one session",
        |world| (of_a_session(world).into(), sample_origin()),
        Done(is_recorded),
        SIGNED_OUT,
    ),
    (
        "tokens of two sessions, and some that are nobody's",
        |world| {
            let ann = world.ann();
            let (one, other) = (world.sign_in(&ann), world.sign_in(&ann));
            let tokens = ["?", &one.access_token, "", &other.refresh_token];
            (tokens.map(str::to_owned).into(), sample_origin())
        },
        Done(is_recorded),
        Effects { ended: 2, events: &[EventKind::SignedOut, EventKind::SignedOut], ..NOTHING },
    ),
    ("no token", |_| (vec![], sample_origin()), Done(|_, _, ()| ()), NOTHING),
    (
        "a token that is nobody's, which the sessions are not asked about",
        |world| {
            world.without(|ports| &ports.sessions);
            (vec!["?".to_owned()], sample_origin())
        },
        Done(|_, _, ()| ()),
        NOTHING,
    ),
    (
        "the same request again",
        |world| {
            let request: Tokens = (of_a_session(world).into(), sample_origin());
            at_once(by_tokens(world, request.clone())).expect("signed out");
            request
        },
        Done(|_, _, ()| ()),
        NOTHING,
    ),
    (
        "the sessions are away",
        |world| {
            let request = (of_a_session(world).into(), sample_origin());
            world.without(|ports| &ports.sessions);
            request
        },
        Failed,
        NOTHING,
    ),
];

/// Who ends which session.
type One = (Caller, SessionId);

async fn one(world: &World, (caller, session): One) -> Outcome<bool> {
    world.end_sessions().one(&caller, session, &sample_origin()).await.map_err(Halt::from)
}

fn was_theirs(world: &World, (caller, session): &One, ended: bool) {
    assert!(ended && world.live_sessions(caller.account.id).iter().all(|live| live.id != *session));
    assert_eq!(world.last_event().user, Some(caller.account.id));
}

fn was_not(_: &World, _: &One, ended: bool) {
    assert!(!ended, "they have no such live session");
}

#[test]
fn who_calls_ends_a_session_of_their_own() {
    check(ONE, one);
}

const ONE: &[Row<One, bool, Infallible>] = &[
    (
        "the present one",
        |world| {
            let ann = ann_and_another(world);
            (world.caller(&ann), ann.session().id)
        },
        Done(was_theirs),
        SIGNED_OUT,
    ),
    (
        "another one",
        |world| {
            let ann = ann_and_another(world);
            (world.caller(&ann), world.another_session(&ann))
        },
        Done(was_theirs),
        SIGNED_OUT,
    ),
    ("somebody else's", |world| (world.caller(&world.ann()), world.ann().session().id), Done(was_not), NOTHING),
    ("nobody's", |world| (world.caller(&world.ann()), SessionId::new([7; 16])), Done(was_not), NOTHING),
    (
        "one that ended before",
        |world| {
            let ann = world.ann();
            world.sign_out(&ann);
            (world.caller(&ann), ann.session().id)
        },
        Done(was_not),
        NOTHING,
    ),
    (
        "one that is over",
        |world| {
            let ann = world.ann();
            world.pass(LIFE);
            (world.caller(&ann), ann.session().id)
        },
        Done(was_not),
        NOTHING,
    ),
    (
        "the sessions are away",
        |world| {
            let ann = world.without(|ports| &ports.sessions).ann();
            (world.caller(&ann), ann.session().id)
        },
        Failed,
        NOTHING,
    ),
];

async fn all(world: &World, caller: Caller) -> Outcome<u64> {
    world.end_sessions().all(&caller, &sample_origin()).await.map_err(Halt::from)
}

fn with_two_sessions(world: &World) -> Caller {
    let ann = ann_and_another(world);
    world.another_session(&ann);
    world.caller(&ann)
}

#[test]
fn who_calls_ends_all_sessions_of_their_own() {
    check(ALL, all);
}

const ALL: &[Row<Caller, u64, Infallible>] = &[
    (
        "two",
        |world| with_two_sessions(world),
        Done(|world, caller, ended| {
            assert_eq!((ended, world.live_sessions(caller.account.id)), (2, vec![]));
            assert_eq!(world.last_event().user, Some(caller.account.id));
        }),
        Effects { ended: 2, ..ENDED },
    ),
    (
        "the same request again",
        |world| {
            let caller = with_two_sessions(world);
            at_once(all(world, caller.clone())).expect("ended");
            caller
        },
        Done(|_, _, ended| assert_eq!(ended, 0)),
        Effects { ended: 0, ..ENDED },
    ),
    ("the sessions are away", |world| with_two_sessions(world.without(|ports| &ports.sessions)), Failed, NOTHING),
];

/// Who ends the sessions of which device.
type Device = (Caller, String);

async fn on_device(world: &World, (caller, device): Device) -> Outcome<u64> {
    world.end_sessions().on_device(&caller, device, &sample_origin()).await.map_err(Halt::from)
}

/// The device that Ann signed up on, at which somebody else signed in as well.
fn shared_device(world: &World) -> Device {
    let ann = ann_and_another(world);
    world.another_session(&ann);
    world.sign_in_from(&world.ann(), ann.origin());
    (world.caller(&ann), ann.origin().device.expect("she has one").as_str().to_owned())
}

#[test]
fn who_calls_ends_the_sessions_of_a_device() {
    check(ON_DEVICE, on_device);
}

const ON_DEVICE: &[Row<Device, u64, Infallible>] = &[
    (
        "one of theirs",
        |world| shared_device(world),
        Done(|world, (caller, _), ended| {
            assert_eq!((ended, world.live_sessions(caller.account.id).len()), (1, 1));
            assert_eq!(world.last_event().user, Some(caller.account.id));
        }),
        ENDED,
    ),
    (
        "one that they never used",
        |world| (shared_device(world).0, sample_device().as_str().to_owned()),
        Done(|_, _, ended| assert_eq!(ended, 0)),
        Effects { ended: 0, ..ENDED },
    ),
    (
        "the sessions are away",
        |world| {
            let request = shared_device(world);
            world.without(|ports| &ports.sessions);
            request
        },
        Failed,
        NOTHING,
    ),
];

async fn list(world: &World, caller: Caller) -> Outcome<Vec<Session>> {
    world.end_sessions().list(&caller).await.map_err(Halt::from)
}

#[test]
fn who_calls_sees_their_live_sessions() {
    check(LISTS, list);
}

const LISTS: &[Row<Caller, Vec<Session>, Infallible>] = &[
    (
        "the newest comes first, and those that ended do not come",
        |world| {
            let ann = ann_and_another(world);
            let ended = world.another_session(&ann);
            world.end(ann.id(), ended);
            world.sign_in(&ann);
            world.caller(&ann)
        },
        Done(|world, caller, listed| {
            let user = caller.account.id;
            let [first, _, newest]: [_; 3] = world.stores.sessions_of(user).try_into().expect("she had three");
            let ids: Vec<SessionId> = listed.iter().map(|session| session.id).collect();
            assert_eq!(ids, [newest.id, first.id]);
        }),
        NOTHING,
    ),
    (
        "those that are over do not come",
        |world| {
            let ann = world.ann();
            world.pass(LIFE);
            world.caller(&ann)
        },
        Done(|_, _, listed| assert_eq!(listed, [])),
        NOTHING,
    ),
    ("the sessions are away", |world| world.caller(&world.without(|ports| &ports.sessions).ann()), Failed, NOTHING),
];
