//! Signing up where the operator's rules are asked.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use auth_application::kit::{Failure, Halt, RefusedByRule};
use auth_application::sign_in::ProviderCommand;
use auth_application::sign_up::{SignUpCommand, SignUpRefusal};
use auth_contracts::samples;
use auth_ports::OnFailure;

use super::{address_of, by_email, by_email_and_password, by_identity, naming, out_of, run};
use crate::fakes::{FakeRule, Says};
use crate::world::World;

/// A world with one rule.
struct Bench {
    world: World,
    rule: Arc<FakeRule>,
}

impl Bench {
    fn new(says: Says) -> Self {
        Self::declaring(says, OnFailure::Refuse)
    }

    fn declaring(says: Says, on_failure: OnFailure) -> Self {
        let (mut world, rule) = (World::new(), FakeRule::new(says, on_failure));
        world.rules.asked = vec![rule.clone()];
        Self { world, rule }
    }

    async fn sign_up(&self, command: &SignUpCommand) -> Result<(), Halt<SignUpRefusal>> {
        run(&self.world, command.clone()).await.map(drop)
    }

    async fn is_refused(&self, command: &SignUpCommand, expected: &str) {
        match self.sign_up(command).await {
            Err(Halt::Refused(SignUpRefusal::Rule(RefusedByRule { text }))) => assert_eq!(text, expected),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_refusal_leaves_everything_as_it_was_and_hashes_nothing() {
    let bench = Bench::new(Says::No("not from this domain"));
    let command = by_email_and_password(&bench.world);
    bench.world.hasher.overloaded.store(true, Ordering::Relaxed);
    bench.is_refused(&command, "not from this domain").await;
    assert_eq!(bench.world.owner(&address_of(&command)), None);
    bench.world.mend();
    bench.rule.say(Says::Yes);
    bench.sign_up(&command).await.expect("the proof is unspent");
    assert_eq!(bench.rule.asked().len(), 2);
}

#[tokio::test]
async fn it_is_told_what_is_known_and_never_about_a_repeated_request() {
    let bench = Bench::new(Says::Yes);
    let command = SignUpCommand { name: Some("Ann".to_owned()), ..by_email_and_password(&bench.world) };
    for _ in 0..2 {
        bench.sign_up(&command).await.expect("signed up, and repeated");
    }
    let [asked] = bench.rule.asked().try_into().expect("once");
    assert_eq!(asked.identifiers, [address_of(&command)]);
    assert_eq!((asked.scenario.as_str(), asked.profile.name.as_deref()), ("email", Some("Ann")));
    assert_eq!((asked.anonymous, asked.external, asked.origin), (None, None, command.origin.clone()));
    bench.rule.say(Says::No("too late"));
    bench.sign_up(&command).await.expect("a repeated request is no new user");
}

#[tokio::test]
async fn it_is_asked_about_everybody_who_makes_themselves_a_user() {
    let bench = Bench::new(Says::No("no"));
    let person = bench.world.anonymous();
    bench.is_refused(&out_of(&person, by_email(&bench.world)), "no").await;
    let profile = samples::sample_external_profile();
    bench.is_refused(&by_identity(&bench.world, &profile), "no").await;
    let token = bench.world.proof_of_identity(&profile);
    let command = ProviderCommand {
        token,
        provider_id: None,
        force_disable_sign_up: false,
        sync_profile: false,
        origin: samples::sample_origin(),
    };
    let refused = bench.world.sign_in_with_provider().run(command).await.map(drop).expect_err("the rule refuses");
    assert!(format!("{refused:?}").contains("RefusedByRule"), "{refused:?}");
    let asked = bench.rule.asked();
    assert_eq!(asked.iter().map(|user| user.anonymous).collect::<Vec<_>>(), [Some(person.id()), None, None]);
    assert_eq!(asked[2].external.as_ref(), Some(&profile));
}

#[tokio::test]
async fn it_is_not_asked_about_those_who_cannot_become_users_anyway() {
    let bench = Bench::new(Says::Yes);
    let first = by_email(&bench.world);
    bench.sign_up(&first).await.expect("signed up");
    let taken = super::proving(&bench.world, &address_of(&first));
    assert!(matches!(bench.sign_up(&taken).await, Err(Halt::Refused(SignUpRefusal::Taken(_)))));
    let profile = samples::sample_external_profile();
    bench.sign_up(&by_identity(&bench.world, &profile)).await.expect("signed up");
    let bound = by_identity(&bench.world, &profile);
    assert!(matches!(bench.sign_up(&bound).await, Err(Halt::Refused(SignUpRefusal::ExternalIdentityTaken))));
    let unproven = naming(&samples::sample_email());
    bench.sign_up(&unproven).await.expect_err("nothing is proven");
    assert_eq!(bench.rule.asked().len(), 2);
}

/// The clock of the runtime moves only when everybody sleeps.
#[tokio::test(start_paused = true)]
async fn a_failure_is_what_the_rule_declared_and_costs_the_proof_nothing() {
    for says in [Says::Fails, Says::Hangs, Says::Panics] {
        let refusing = Bench::new(says);
        let command = by_email(&refusing.world);
        let outcome = refusing.sign_up(&command).await;
        assert!(matches!(outcome, Err(Halt::Failed(Failure::Unavailable { .. }))), "{outcome:?}");
        refusing.rule.say(Says::Yes);
        refusing.sign_up(&command).await.expect("the proof is unspent");
        let allowing = Bench::declaring(says, OnFailure::Allow);
        allowing.sign_up(&by_email(&allowing.world)).await.expect("nobody could refuse");
    }
}
