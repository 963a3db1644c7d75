//! Signing in by device only.

use std::sync::atomic::Ordering;

use auth_application::kit::{Halt, OverBudget, Tokens, TooOften};
use auth_application::sign_in::AnonymousSignInRefusal;
use auth_application::sign_in::AnonymousSignInRefusal::{Blocked, NoDevice, Off, ShortDevice, TooMany};
use auth_contracts::samples;
use auth_domain::access::Scope;
use auth_domain::anonymous::device_identifier;
use auth_domain::events::EventKind;
use auth_domain::origin::{DeviceId, Origin};
use auth_memory::MemoryStores;
use chrono::TimeDelta;

use crate::table::Expected::{Done, Failed};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{Origins as _, Ports, World, at_once, once_per};

type Rows = &'static [Row<Origin, Tokens, AnonymousSignInRefusal>];

const MADE: Effects = Effects { made: 1, begun: 1, events: &[EventKind::SignedUp, EventKind::SignedIn], ..NOTHING };
const SIGNED_IN: Effects = Effects { changed: 1, begun: 1, events: &[EventKind::SignedIn], ..NOTHING };

async fn run(world: &World, origin: Origin) -> Result<Tokens, Halt<AnonymousSignInRefusal>> {
    world.sign_in_anonymously().run(&origin).await
}

fn of_device(characters: usize) -> Origin {
    let device = DeviceId::parse(&"d".repeat(characters)).expect("a device id");
    Origin { device: Some(device), ..samples::sample_origin() }
}

fn done_before(world: &World, origin: Origin) -> Origin {
    at_once(run(world, origin.clone())).expect("signed in");
    world.pass(1);
    origin
}

fn is_of_device(world: &World, origin: &Origin, tokens: Tokens) {
    let device = origin.device.as_ref().expect("there is one");
    assert_eq!(world.owner(&device_identifier(&origin.client, device)), Some(tokens.user));
    let caller = world.caller_with(&tokens);
    assert_eq!((tokens.scope, caller.claims.scope), (Scope::Anonymous, Scope::Anonymous));
    assert_eq!((caller.account.id, caller.account.identifiers.len()), (tokens.user, 0));
}

#[test]
fn a_device_has_one_user() {
    check(ADMITTED, run);
}

const ADMITTED: Rows = &[
    ("a new device", |_| samples::sample_origin(), Done(is_of_device), MADE),
    ("the shortest device id", |_| of_device(16), Done(is_of_device), MADE),
    ("a device that was here", |world| done_before(world, samples::sample_origin()), Done(is_of_device), SIGNED_IN),
    (
        "a device that was here, at another client",
        |world| done_before(world, samples::sample_origin()).at_another_client(),
        Done(is_of_device),
        MADE,
    ),
    (
        "a new device, twice at once",
        |world| {
            let origin = samples::sample_origin();
            let twin = origin.clone();
            world.meanwhile(|world| drop(done_before(world, twin)));
            origin
        },
        Done(is_of_device),
        Effects { begun: 2, events: &[EventKind::SignedUp, EventKind::SignedIn, EventKind::SignedIn], ..MADE },
    ),
    (
        "a new device, whose user draws the id of another",
        |world| {
            at_once(run(world, samples::sample_origin())).expect("signed in");
            world.draw_again(world.stores.accounts()[0].id, 1);
            samples::sample_origin()
        },
        Done(is_of_device),
        MADE,
    ),
    (
        "as often as the limit allows",
        |world| {
            world.rules.quota = Some(once_per(60));
            let origin = done_before(world, samples::sample_origin());
            world.pass(59);
            origin
        },
        Done(is_of_device),
        SIGNED_IN,
    ),
];

#[test]
fn there_are_reasons_against_it() {
    check(REFUSED, run);
}

const REFUSED: Rows = &[
    (
        "switched off",
        |world| {
            world.rules.anonymous = false;
            samples::sample_origin()
        },
        refused!(Off),
        NOTHING,
    ),
    ("no device", |_| Origin { device: None, ..samples::sample_origin() }, refused!(NoDevice), NOTHING),
    ("a device id that can be guessed", |_| of_device(15), refused!(ShortDevice), NOTHING),
    (
        "blocked",
        |world| {
            let origin = done_before(world, samples::sample_origin());
            world.block(world.stores.accounts()[0].id);
            origin
        },
        refused!(Blocked),
        NOTHING,
    ),
    (
        "too often from one network",
        |world| {
            world.rules.quota = Some(once_per(60));
            done_before(world, samples::sample_origin());
            samples::sample_origin()
        },
        refused!(TooMany(OverBudget::TooOften(TooOften { retry_after, .. })) if *retry_after == TimeDelta::seconds(59)),
        NOTHING,
    ),
];

#[test]
fn a_failure_costs_nothing() {
    check(FAILING, run);
}

fn new_without(world: &World, port: fn(&Ports) -> &MemoryStores) -> Origin {
    world.without(port);
    samples::sample_origin()
}

fn without_key(world: &World) -> Origin {
    world.tokens.fails.store(true, Ordering::Relaxed);
    samples::sample_origin()
}

const MADE_ONLY: Effects = Effects { made: 1, events: &[EventKind::SignedUp], ..NOTHING };

const FAILING: Rows = &[
    ("the accounts are away", |world| new_without(world, |ports| &ports.accounts), Failed, NOTHING),
    ("the users are away", |world| new_without(world, |ports| &ports.users), Failed, NOTHING),
    (
        "the limits are away",
        |world| {
            world.rules.quota = Some(once_per(60));
            new_without(world, |ports| &ports.limits)
        },
        Failed,
        NOTHING,
    ),
    (
        "the sessions are away: the user waits for the next try",
        |world| new_without(world, |ports| &ports.sessions),
        Failed,
        MADE_ONLY,
    ),
    ("there is no key to sign with: the user waits for the next try", |world| without_key(world), Failed, MADE_ONLY),
    (
        "whatever is drawn is in use",
        |world| {
            at_once(run(world, samples::sample_origin())).expect("signed in");
            world.draw_again(world.stores.accounts()[0].id, 3);
            samples::sample_origin()
        },
        Failed,
        NOTHING,
    ),
];
