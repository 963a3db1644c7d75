//! Signing up while a part of the world fails: nothing is stored, and the proof stays good.

use std::sync::atomic::Ordering;

use auth_application::kit::{Failure, Halt, Tokens};
use auth_application::sign_up::{SignUpCommand, SignUpRefusal};
use auth_contracts::samples;
use auth_domain::identifier::{Identifier, IdentifierKind};
use chrono::TimeDelta;
use secrecy::SecretString;

use crate::world::{PASSWORD, World};

struct Bench {
    world: World,
    email: Identifier,
    token: SecretString,
}

impl Bench {
    fn new() -> Self {
        Self::of_somebody_in(World::new())
    }

    fn of_somebody_in(world: World) -> Self {
        let email = samples::sample_email();
        Self { token: world.proof_of_address(&email), email, world }
    }

    fn command(&self) -> SignUpCommand {
        SignUpCommand {
            addresses: vec![(IdentifierKind::EMAIL, self.email.shown().to_owned())],
            own: Vec::new(),
            username: None,
            password: Some(PASSWORD.into()),
            verification_token: Some(self.token.clone()),
            provider_token: None,
            name: None,
            gender: None,
            picture: None,
            locale: None,
            language: None,
            anonymous_user: None,
            origin: samples::sample_origin(),
        }
    }

    async fn run(&self, command: SignUpCommand) -> Result<Tokens, Halt<SignUpRefusal>> {
        self.world.sign_up().run(command).await
    }

    fn owner(&self) -> Option<auth_domain::accounts::UserId> {
        self.world.owner(&self.email)
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
