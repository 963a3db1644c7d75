//! Anonymous users who become ordinary ones without signing up.

use std::sync::Arc;

use auth_application::account::ChangeContactRefusal::Conversion;
use auth_application::account::{BindIdentityRefusal, ChangeContactCommand, ChangeContactRefusal, ConversionRefusal};
use auth_application::kit::{Caller, Halt};
use auth_contracts::samples::{self, SampleAccount};
use auth_domain::identifier::{Identifier, IdentifierKind};
use auth_domain::origin::Origin;
use auth_domain::proofs::NewProof;
use auth_ports::OnFailure;

use crate::fakes::{FakeRule, Says};
use crate::world::{Origins as _, Person, World, by_phone_number_only};

fn world_with_a_rule(says: Says) -> (World, Arc<FakeRule>) {
    let (mut world, rule) = (World::new(), FakeRule::new(says, OnFailure::Refuse));
    world.rules.asked = vec![rule.clone()];
    (world, rule)
}

/// A request to add an address that was proven at the client of the request.
fn adding(world: &World, address: &Identifier, origin: Origin) -> ChangeContactCommand {
    let proof = NewProof { client: origin.client.clone(), ..samples::sample_address_proof(address.clone()) };
    ChangeContactCommand {
        kind: address.kind(),
        address: address.shown().to_owned(),
        verification_token: world.keep_proof(proof),
        sudo_token: None,
        origin,
    }
}

/// The person, signed in at the client of this origin.
fn signed_in_at(world: &World, person: &Person, origin: &Origin) -> Caller {
    let mut caller = world.caller(person);
    caller.claims.client = origin.client.clone();
    caller
}

#[tokio::test]
async fn a_way_in_must_be_open_to_the_client_of_the_session_and_to_that_of_the_request() {
    let mut world = World::new();
    world.rules.clients = by_phone_number_only();
    let (person, email) = (world.anonymous(), samples::sample_email());
    let (closed, open) = (person.origin(), person.origin().at_another_client());
    for (session, request) in [(&closed, &closed), (&closed, &open), (&open, &closed)] {
        let caller = signed_in_at(&world, &person, session);
        let outcome = world.change_contact().run(&caller, adding(&world, &email, request.clone())).await;
        let Err(Halt::Refused(Conversion(ConversionRefusal::ScenarioClosed(scenario)))) = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(scenario, "email");
    }
    let caller = signed_in_at(&world, &person, &open);
    let command = adding(&world, &email, open);
    world.change_contact().run(&caller, command).await.expect("both offer it");
}

#[tokio::test]
async fn no_rule_is_asked_about_what_somebody_else_has() {
    let (world, rule) = world_with_a_rule(Says::No("no"));
    let (person, ann) = (world.anonymous(), world.ann());
    let caller = world.caller(&person);
    let command = adding(&world, ann.email(), person.origin());
    let outcome = world.change_contact().run(&caller, command).await;
    let Err(Halt::Refused(ChangeContactRefusal::Taken(IdentifierKind::EMAIL))) = outcome else { panic!("{outcome:?}") };
    let owner = world.person(SampleAccount::new().with_external_identity());
    let token = world.proof_of_identity(owner.identity());
    let outcome = world.bind_identity().bind(&caller, &token, None, &person.origin()).await;
    let Err(Halt::Refused(BindIdentityRefusal::Taken)) = outcome else { panic!("{outcome:?}") };
    assert!(rule.asked().is_empty());
}

/// The clock of the runtime moves only when everybody sleeps: one of the two is done when the other one is refused.
#[tokio::test(start_paused = true)]
async fn an_address_is_added_by_both_of_two_equal_requests_if_the_rule_agrees_to_one() {
    let (world, rule) = world_with_a_rule(Says::YesOnce("only once"));
    let person = world.anonymous();
    let (caller, change) = (world.caller(&person), world.change_contact());
    let command = adding(&world, &samples::sample_email(), person.origin());
    let twins = tokio::join!(change.run(&caller, command.clone()), change.run(&caller, command));
    assert!(matches!(twins, (Ok(()), Ok(()))), "{twins:?}");
    assert_eq!(rule.asked().len(), 2);
    assert_eq!(world.account(person.id()).identifiers.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_identity_is_bound_by_both_of_two_equal_requests_if_the_rule_agrees_to_one() {
    let (world, rule) = world_with_a_rule(Says::YesOnce("only once"));
    let person = world.anonymous();
    let (caller, binding, origin) = (world.caller(&person), world.bind_identity(), person.origin());
    let token = world.proof_of_identity(&samples::sample_external_profile());
    let twins =
        tokio::join!(binding.bind(&caller, &token, None, &origin), binding.bind(&caller, &token, None, &origin));
    assert!(matches!(twins, (Ok(()), Ok(()))), "{twins:?}");
    assert_eq!(rule.asked().len(), 2);
    assert_eq!(world.account(person.id()).external_identities.len(), 1);
}
