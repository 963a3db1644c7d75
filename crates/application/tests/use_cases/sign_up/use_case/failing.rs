//! Signing up while a part of the world fails: nothing is stored, and the proof stays good.

use std::sync::atomic::Ordering;

use auth_application::kit::{Failure, Halt, Tokens};
use auth_application::sign_up::{SignUpCommand, SignUpRefusal};
use auth_domain::accounts::UserId;
use auth_memory::MemoryStores;
use chrono::TimeDelta;

use super::{Rows, address_of, by_email, by_email_and_password, done_before, run};
use crate::table::Expected::Failed;
use crate::table::{NOTHING, check};
use crate::world::{Ports, World};

#[test]
fn a_failure_costs_nothing() {
    check(FAILING, run);
}

const FAILING: Rows = &[
    ("the accounts are away", |world| without(world, |ports| &ports.accounts), Failed, NOTHING),
    ("the proofs are away", |world| without(world, |ports| &ports.proofs), Failed, NOTHING),
    (
        "the accounts are away by the time the password is hashed",
        |world| {
            world.meanwhile(|world| world.ports.accounts.set_failing(true));
            by_email_and_password(world)
        },
        Failed,
        NOTHING,
    ),
    (
        "the sessions are away, and the request came before",
        |world| done_before(world, without(world, |ports| &ports.sessions)),
        Failed,
        NOTHING,
    ),
    (
        "too much to hash",
        |world| {
            world.hasher.overloaded.store(true, Ordering::Relaxed);
            by_email_and_password(world)
        },
        Failed,
        NOTHING,
    ),
    (
        "no room for one more password",
        |world| {
            world.hasher.full.store(true, Ordering::Relaxed);
            by_email_and_password(world)
        },
        Failed,
        NOTHING,
    ),
    (
        "there is no key to sign with",
        |world| {
            world.tokens.fails.store(true, Ordering::Relaxed);
            by_email_and_password(world)
        },
        Failed,
        NOTHING,
    ),
    (
        "whatever is drawn is in use",
        |world| {
            for random in [[7; 4]; 6] {
                world.entropy.script.push(&random);
            }
            done_before(world, by_email(world));
            by_email(world)
        },
        Failed,
        NOTHING,
    ),
];

fn without(world: &World, port: fn(&Ports) -> &MemoryStores) -> SignUpCommand {
    by_email_and_password(world.without(port))
}

/// Somebody who signs up.
struct Bench {
    world: World,
    command: SignUpCommand,
}

impl Bench {
    fn new() -> Self {
        Self::of_somebody_in(World::new())
    }

    fn of_somebody_in(world: World) -> Self {
        Self { command: by_email_and_password(&world), world }
    }

    fn command(&self) -> SignUpCommand {
        self.command.clone()
    }

    async fn run(&self, command: SignUpCommand) -> Result<Tokens, Halt<SignUpRefusal>> {
        run(&self.world, command).await
    }

    fn owner(&self) -> Option<UserId> {
        self.world.owner(&address_of(&self.command))
    }
}

#[tokio::test]
async fn a_clash_of_user_ids_is_answered_with_another_draw() {
    let first = Bench::new();
    for random in [[7; 4], [7; 4], [8; 4]] {
        first.world.entropy.script.push(&random);
    }
    let one = first.run(first.command()).await.expect("signed up");
    // The same instant and the same random bytes, for another address.
    let second = Bench::of_somebody_in(first.world);
    let other = second.run(second.command()).await.expect("signed up after a second draw");
    assert_ne!(one.user, other.user);
}

#[tokio::test]
async fn an_overloaded_hasher_costs_nothing_but_time() {
    let bench = Bench::new();
    bench.world.hasher.overloaded.store(true, Ordering::Relaxed);
    match bench.run(bench.command()).await {
        Err(Halt::Failed(Failure::Unavailable { retry_after, .. })) => assert_eq!(retry_after.as_secs(), 3),
        other => panic!("expected to be told to come back, got {other:?}"),
    }
    assert_eq!(bench.owner(), None);
    bench.world.hasher.overloaded.store(false, Ordering::Relaxed);
    let tokens = bench.run(bench.command()).await.expect("the proof is still good");
    assert_eq!(bench.owner(), Some(tokens.user));
}

#[tokio::test]
async fn whoever_is_too_much_learns_it_before_the_proof_is_looked_at() {
    let bench = Bench::new();
    bench.world.hasher.full.store(true, Ordering::Relaxed);
    bench.world.without(|ports| &ports.proofs);
    match bench.run(bench.command()).await {
        Err(Halt::Failed(Failure::Unavailable { retry_after, .. })) => assert_eq!(retry_after.as_secs(), 3),
        other => panic!("expected to be told to come back, got {other:?}"),
    }
}

#[tokio::test]
async fn a_key_that_cannot_sign_stores_nothing() {
    let bench = Bench::new();
    bench.world.tokens.fails.store(true, Ordering::Relaxed);
    let outcome = bench.run(bench.command()).await;
    assert!(matches!(outcome, Err(Halt::Failed(Failure::Internal(_)))), "{outcome:?}");
    assert_eq!(bench.owner(), None);
    bench.world.tokens.fails.store(false, Ordering::Relaxed);
    bench.run(bench.command()).await.expect("the proof is still good");
}

#[tokio::test]
async fn a_store_that_fails_is_told_apart_from_a_refusal() {
    let bench = Bench::new();
    bench.world.ports.set_failing(true);
    let outcome = bench.run(bench.command()).await;
    assert!(matches!(outcome, Err(Halt::Failed(Failure::Unavailable { .. }))), "{outcome:?}");
    bench.world.ports.set_failing(false);
    bench.run(bench.command()).await.expect("nothing was lost");
}

#[tokio::test]
async fn a_repetition_needs_the_same_password() {
    let bench = Bench::new();
    let first = bench.run(bench.command()).await.expect("signed up");
    let again = bench.run(bench.command()).await.expect("the answer may have been lost");
    assert_eq!(first.user, again.user);
    let other = SignUpCommand { password: Some("AnotherPass123!".to_owned().into()), ..bench.command() };
    assert!(matches!(bench.run(other).await, Err(Halt::Refused(SignUpRefusal::VerificationToken(_)))));
    bench.world.clock.advance(TimeDelta::seconds(120));
    assert!(matches!(bench.run(bench.command()).await, Err(Halt::Refused(SignUpRefusal::VerificationToken(_)))));
}
