//! The present password, as every use case asks for it; here to prove presence.

use std::sync::atomic::Ordering;

use auth_application::account::PresentPasswordRefusal::{NotSet, TooManyTries, Wrong};
use auth_application::account::{PresenceEvidence, PresentPasswordRefusal, ProvePresenceRefusal};
use auth_application::kit::{Caller, Halt, Halted as _, OverBudget, TooOften};
use auth_contracts::samples;
use auth_domain::events::EventKind;
use chrono::TimeDelta;
use secrecy::SecretString;

use crate::table::Expected::{Done, Failed, Undecided};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{PASSWORD, World, at_once, secret, tries};

type Presented = (Caller, SecretString);

/// The effects of the use case that asks for the password.
const ACCEPTED: Effects = Effects { proven: 1, ..NOTHING };
const WRITTEN_DOWN: Effects = Effects { events: &[EventKind::SignInFailed], ..NOTHING };

async fn run(world: &World, (caller, password): Presented) -> Result<(), Halt<PresentPasswordRefusal>> {
    let evidence = PresenceEvidence::Password(password);
    let outcome = world.prove_presence().run(&caller, evidence, &samples::sample_origin()).await;
    outcome.map(drop).refused_as(|refusal| match refusal {
        ProvePresenceRefusal::Password(refusal) => refusal,
        other => panic!("{other:?}"),
    })
}

fn right(world: &World) -> Presented {
    (world.caller(&world.ann()), secret(PASSWORD))
}

fn wrong(world: &World) -> Presented {
    (world.caller(&world.ann()), secret("AnotherPass123!"))
}

/// Ann has tried these passwords and now presents the right one.
fn after(world: &mut World, allowed: u32, passwords: &[&str]) -> Presented {
    world.rules.tries = Some(tries(allowed));
    let (caller, _) = right(world);
    for password in passwords {
        drop(at_once(run(world, (caller.clone(), secret(password)))));
    }
    (caller, secret(PASSWORD))
}

#[test]
fn a_password_is_presented_a_limited_number_of_times() {
    check(ROWS, run);
}

fn is_accepted(_: &World, _: &Presented, (): ()) {}

const ROWS: &[Row<Presented, (), PresentPasswordRefusal>] = &[
    ("the password", |world| right(world), Done(is_accepted), ACCEPTED),
    ("another one", |world| wrong(world), refused!(Wrong), WRITTEN_DOWN),
    (
        "what is too long for a password",
        |world| (world.caller(&world.ann()), "x".repeat(10_000).into()),
        refused!(Wrong),
        NOTHING,
    ),
    ("there is none", |world| (world.caller(&world.passwordless()), secret(PASSWORD)), refused!(NotSet), NOTHING),
    ("the last try that is allowed", |world| after(world, 2, &["wrong"]), Done(is_accepted), ACCEPTED),
    (
        "one more than is allowed, although it is right",
        |world| after(world, 2, &["wrong", "wrong"]),
        refused!(TooManyTries(OverBudget::TooOften(TooOften { retry_after, .. })) if *retry_after == TimeDelta::seconds(30)),
        NOTHING,
    ),
    (
        "one more than is allowed, half a minute later",
        |world| {
            let presented = after(world, 2, &["wrong", "wrong"]);
            world.pass(30);
            presented
        },
        Done(is_accepted),
        ACCEPTED,
    ),
    (
        "a right one forgets the wrong ones before it",
        |world| after(world, 2, &["wrong", PASSWORD, "wrong"]),
        Done(is_accepted),
        ACCEPTED,
    ),
    (
        "too much to hash",
        |world| {
            world.hasher.overloaded.store(true, Ordering::Relaxed);
            right(world)
        },
        Failed,
        NOTHING,
    ),
    (
        "the limits are away",
        |world| {
            world.rules.tries = Some(tries(1));
            right(world.without(|ports| &ports.limits))
        },
        Failed,
        NOTHING,
    ),
    (
        "the events are away, and it is the wrong one",
        |world| wrong(world.without(|ports| &ports.events)),
        Undecided,
        NOTHING,
    ),
];
