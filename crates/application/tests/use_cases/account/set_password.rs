//! Setting and changing one's own password.

use std::sync::atomic::Ordering;

use auth_application::account::SetPasswordRefusal::{
    Anonymous, NotPresent, Password, Present, SudoToken, TooOften, Unproven,
};
use auth_application::account::{PresentPasswordRefusal, SetPasswordCommand, SetPasswordRefusal};
use auth_application::kit::{self, Caller, Halt, OverBudget};
use auth_contracts::samples;
use auth_domain::credentials::PasswordError;
use auth_domain::events::EventKind;
use auth_memory::MemoryStores;
use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};

use crate::fakes::hash_of;
use crate::table::Expected::{Done, Failed, Undecided};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{Origins as _, PASSWORD, Person, Ports, World, at_once, once_per, secret, tries};

type Request = (Caller, SetPasswordCommand);
type Rows = &'static [Row<Request, (), SetPasswordRefusal>];

/// The other session ends.
const SET: Effects = Effects { changed: 1, ended: 1, events: &[EventKind::PasswordSet], ..NOTHING };
const PAID: Effects = Effects { spent: 1, ..SET };
const NEW: &str = "SamplePass456$%^";

async fn run(world: &World, (caller, command): Request) -> Result<(), Halt<SetPasswordRefusal>> {
    world.set_password().run(&caller, command).await
}

/// A new password, without anything that permits it.
fn of(world: &World, person: &Person) -> Request {
    let command =
        SetPasswordCommand { new_password: secret(NEW), old_password: None, sudo_token: None, origin: person.origin() };
    (world.caller(person), command)
}

fn ann_with_two_sessions(world: &World) -> Person {
    let ann = world.ann();
    world.another_session(&ann);
    ann
}

fn by_password(world: &World, old: &str) -> Request {
    let (caller, command) = of(world, &ann_with_two_sessions(world));
    (caller, SetPasswordCommand { old_password: Some(secret(old)), ..command })
}

fn by_token(world: &World, person: &Person, token: SecretString) -> Request {
    let (caller, command) = of(world, person);
    (caller, SetPasswordCommand { sudo_token: Some(token), ..command })
}

/// A new password for Ann, who has another session, with a proof of presence.
fn by_presence(world: &World) -> Request {
    let ann = ann_with_two_sessions(world);
    by_token(world, &ann, world.proof_of_presence(&ann))
}

fn with_new((caller, command): Request, new_password: &str) -> Request {
    (caller, SetPasswordCommand { new_password: secret(new_password), ..command })
}

fn done_before(world: &World, request: Request) -> Request {
    at_once(run(world, request.clone())).expect("set");
    request
}

fn is_set(world: &World, (caller, command): &Request, (): ()) {
    let stored = world.account(caller.account.id).password;
    assert_eq!(stored, Some(hash_of(command.new_password.expose_secret())));
}

#[test]
fn who_is_there_sets_the_password() {
    check(SETS, run);
}

const SETS: Rows = &[
    ("with the present one", |world| by_password(world, PASSWORD), Done(is_set), SET),
    ("with a sudo token", |world| by_presence(world), Done(is_set), PAID),
    (
        "with nothing, where there was none",
        |world| of(world, &world.passwordless()),
        Done(is_set),
        Effects { ended: 0, ..SET },
    ),
    (
        "in the last second of the sudo token",
        |world| {
            let request = by_presence(world);
            world.pass(899);
            request
        },
        Done(is_set),
        PAID,
    ),
    (
        "the same request again",
        |world| {
            let request = done_before(world, by_presence(world));
            world.pass(119);
            request
        },
        Done(is_set),
        NOTHING,
    ),
    (
        "the same request twice at once",
        |world| {
            let request = by_presence(world);
            let twin = request.clone();
            world.meanwhile(|world| drop(done_before(world, twin)));
            request
        },
        Done(is_set),
        PAID,
    ),
];

#[test]
fn there_must_be_a_reason() {
    check(UNPROVEN, run);
}

const UNPROVEN: Rows = &[
    ("none", |world| of(world, &world.ann()), refused!(Unproven), NOTHING),
    (
        "none, a quarter of an hour after signing in, where there is no password",
        |world| {
            let person = world.passwordless();
            world.pass(899);
            of(world, &person)
        },
        refused!(NotPresent(_)),
        NOTHING,
    ),
    (
        "none, elsewhere, where there is no password",
        |world| {
            let (caller, command) = of(world, &world.passwordless());
            let origin = command.origin.clone().elsewhere();
            (caller, SetPasswordCommand { origin, ..command })
        },
        refused!(NotPresent(_)),
        NOTHING,
    ),
    (
        "none, while another first password is set",
        |world| {
            let request = of(world, &world.passwordless());
            let other = with_new(request.clone(), "AnotherPass123!");
            world.while_hashing(|world| drop(done_before(world, other)));
            request
        },
        refused!(Unproven),
        Effects { ended: 0, ..SET },
    ),
    (
        "another password",
        |world| by_password(world, "AnotherPass123!"),
        refused!(Present(PresentPasswordRefusal::Wrong)),
        Effects { events: &[EventKind::SignInFailed], ..NOTHING },
    ),
    (
        "another password, too often",
        |world| {
            world.rules.tries = Some(tries(1));
            let request = by_password(world, "AnotherPass123!");
            at_once(run(world, request.clone())).expect_err("wrong");
            request
        },
        refused!(Present(PresentPasswordRefusal::TooManyTries(_))),
        NOTHING,
    ),
    (
        "one more than the account may have hashed",
        |world| {
            world.rules.hashes = [None, Some(once_per(60))];
            let ann = ann_with_two_sessions(world);
            done_before(world, by_token(world, &ann, world.proof_of_presence(&ann)));
            by_token(world, &ann, world.proof_of_presence(&ann))
        },
        refused!(TooOften(OverBudget::TooOften(kit::TooOften { retry_after, .. })) if *retry_after == TimeDelta::minutes(1)),
        NOTHING,
    ),
    ("no token", |world| by_token(world, &world.ann(), secret("?")), refused!(SudoToken), NOTHING),
    (
        "no token beside the present password",
        |world| {
            let (caller, command) = by_password(world, PASSWORD);
            (caller, SetPasswordCommand { sudo_token: Some(secret("?")), ..command })
        },
        refused!(SudoToken),
        NOTHING,
    ),
    (
        "a token of a quarter of an hour ago",
        |world| {
            let request = by_presence(world);
            world.pass(900);
            request
        },
        refused!(SudoToken),
        NOTHING,
    ),
    (
        "a token that was given to another client",
        |world| {
            let (caller, command) = by_presence(world);
            (caller, SetPasswordCommand { origin: command.origin.at_another_client(), ..command })
        },
        refused!(SudoToken),
        NOTHING,
    ),
    (
        "somebody else's token",
        |world| by_token(world, &world.ann(), world.proof_of_presence(&world.ann())),
        refused!(SudoToken),
        NOTHING,
    ),
    (
        "a token for an address",
        |world| by_token(world, &world.ann(), world.proof_of_address(&samples::sample_email())),
        refused!(SudoToken),
        NOTHING,
    ),
    (
        "a token that set another password",
        |world| with_new(done_before(world, by_presence(world)), "AnotherPass123!"),
        refused!(SudoToken),
        NOTHING,
    ),
    (
        "a token that set this password two minutes ago",
        |world| {
            let request = done_before(world, by_presence(world));
            world.pass(120);
            request
        },
        refused!(SudoToken),
        NOTHING,
    ),
    (
        "a token that sets another password in this moment",
        |world| {
            let request = by_presence(world);
            let other = with_new(request.clone(), "AnotherPass123!");
            world.meanwhile(|world| drop(done_before(world, other)));
            request
        },
        refused!(SudoToken),
        PAID,
    ),
    (
        "a good token, while they are signed out",
        |world| {
            let ann = world.ann();
            let request = by_token(world, &ann, world.proof_of_presence(&ann));
            world.meanwhile(move |world| world.sign_out(&ann));
            request
        },
        refused!(SudoToken),
        Effects { ended: 1, events: &[EventKind::SignedOut], ..NOTHING },
    ),
];

#[test]
fn not_every_password_is_for_everybody() {
    check(REFUSED, run);
}

const REFUSED: Rows = &[
    ("who is anonymous", |world| of(world, &world.anonymous()), refused!(Anonymous), NOTHING),
    (
        "a short one",
        |world| with_new(by_presence(world), "kzqwpfx"),
        refused!(Password(PasswordError::Length { .. })),
        NOTHING,
    ),
    (
        "a common one",
        |world| with_new(by_presence(world), "password123"),
        refused!(Password(PasswordError::Common)),
        NOTHING,
    ),
    (
        "one's own address",
        |world| {
            let ann = world.ann();
            with_new(by_token(world, &ann, world.proof_of_presence(&ann)), ann.email().shown())
        },
        refused!(Password(PasswordError::Personal)),
        NOTHING,
    ),
];

#[test]
fn a_failure_costs_nothing() {
    check(FAILING, run);
}

const FAILING: Rows = &[
    ("the accounts are away", |world| without(world, |ports| &ports.accounts), Failed, NOTHING),
    ("the proofs are away", |world| without(world, |ports| &ports.proofs), Failed, NOTHING),
    (
        "the sessions are away, and there is no password",
        |world| of(world.without(|ports| &ports.sessions), &world.passwordless()),
        Failed,
        NOTHING,
    ),
    (
        "the limits are away",
        |world| {
            world.rules.tries = Some(tries(1));
            by_password(world.without(|ports| &ports.limits), PASSWORD)
        },
        Failed,
        NOTHING,
    ),
    (
        "too much to hash",
        |world| {
            world.hasher.overloaded.store(true, Ordering::Relaxed);
            by_presence(world)
        },
        Failed,
        NOTHING,
    ),
    (
        "the events are away, and it is another password",
        |world| by_password(world.without(|ports| &ports.events), "AnotherPass123!"),
        Undecided,
        NOTHING,
    ),
];

fn without(world: &World, port: fn(&Ports) -> &MemoryStores) -> Request {
    by_presence(world.without(port))
}
