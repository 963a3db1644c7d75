//! Binding an identity.

use auth_application::account::BindIdentityRefusal::{
    Conversion, NotBound, NotPresent, OtherBound, ProviderToken, SudoToken, Taken,
};
use auth_application::account::{BindIdentityRefusal, ConversionRefusal};
use auth_application::kit::{Caller, Halt, ProofProblem, RefusedByRule};
use auth_contracts::samples::{self, SampleAccount};
use auth_domain::access::Scope;
use auth_domain::events::EventKind;
use auth_domain::external_identities::ExternalProfile;
use auth_domain::origin::Origin;
use auth_domain::proofs::ProofSubject;
use auth_memory::MemoryStores;
use auth_ports::OnFailure;
use secrecy::SecretString;

use super::{subjects_of, while_signing_out};
use crate::fakes::{FakeRule, Says};
use crate::table::Expected::{Done, Failed};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{Origins as _, Person, Ports, World, at_once, by_phone_number_only, secret};

/// The caller, the proof of the identity, and where the request comes from.
type Binding = (Caller, SecretString, Origin);

const BOUND: Effects = Effects { changed: 1, spent: 1, events: &[EventKind::IdentityBound], ..NOTHING };

async fn bind(world: &World, (caller, token, origin): Binding) -> Result<(), Halt<BindIdentityRefusal>> {
    world.bind_identity().bind(&caller, &token, None, &origin).await
}

fn with(world: &World, person: &Person, token: SecretString) -> Binding {
    (world.caller(person), token, person.origin())
}

/// An identity that nobody has.
fn new_to(world: &World, person: &Person) -> Binding {
    with(world, person, world.proof_of_identity(&samples::sample_external_profile()))
}

fn done_before(world: &World, binding: Binding) -> Binding {
    at_once(bind(world, binding.clone())).expect("bound");
    binding
}

fn is_bound(world: &World, (caller, token, _): &Binding, (): ()) {
    let ProofSubject::External(profile) = world.proof_behind(token).subject else { panic!("an identity") };
    assert_eq!(subjects_of(world, caller), [profile.subject]);
}

#[test]
fn who_proves_an_identity_binds_it() {
    check(BINDING, bind);
}

const BINDING: &[Row<Binding, (), BindIdentityRefusal>] = &[
    ("an identity that nobody has", |world| new_to(world, &ann_with_two_sessions(world)), Done(is_bound), BOUND),
    (
        "one's own once more",
        |world| {
            let person = world.person(SampleAccount::new().with_external_identity());
            with(world, &person, world.proof_of_identity(person.identity()))
        },
        Done(is_bound),
        BOUND,
    ),
    (
        "of who is anonymous, and is not any more: whoever used the device before is signed out",
        |world| {
            let person = world.anonymous();
            world.another_session(&person);
            new_to(world, &person)
        },
        Done(|world, binding, ()| {
            is_bound(world, binding, ());
            let user = binding.0.account.id;
            let scopes = world.stores.sessions_of(user).into_iter().map(|session| session.scope);
            assert_eq!(scopes.collect::<Vec<_>>(), [Scope::User, Scope::Anonymous], "the second one has ended");
        }),
        Effects { ended: 1, ..BOUND },
    ),
    (
        "the same request again",
        |world| {
            let binding = done_before(world, new_to(world, &world.ann()));
            world.pass(119);
            binding
        },
        Done(is_bound),
        NOTHING,
    ),
];

/// Ann, with another session that is not affected.
fn ann_with_two_sessions(world: &World) -> Person {
    let ann = world.ann();
    world.another_session(&ann);
    ann
}

#[test]
fn a_proof_must_be_good_and_the_identity_nobody_elses() {
    check(REFUSED, bind);
}

/// An identity that belongs to somebody else.
fn of_somebody_else(world: &World) -> Binding {
    let profile = world.person(SampleAccount::new().with_external_identity()).identity().clone();
    with(world, &world.ann(), world.proof_of_identity(&profile))
}

const REFUSED: &[Row<Binding, (), BindIdentityRefusal>] = &[
    ("somebody else's", |world| of_somebody_else(world), refused!(Taken), NOTHING),
    (
        "in place of another one at the same third party",
        |world| new_to(world, &world.person(SampleAccount::new().with_external_identity())),
        refused!(OtherBound),
        NOTHING,
    ),
    (
        "a quarter of an hour after signing in",
        |world| {
            let ann = world.ann();
            world.pass(899);
            new_to(world, &ann)
        },
        refused!(NotPresent(_)),
        NOTHING,
    ),
    (
        "with somebody's access token, elsewhere",
        |world| {
            let (caller, token, origin) = new_to(world, &world.ann());
            (caller, token, origin.elsewhere())
        },
        refused!(NotPresent(_)),
        NOTHING,
    ),
    (
        "somebody else's since a moment",
        |world| {
            let profile = samples::sample_external_profile();
            let binding = with(world, &world.ann(), world.proof_of_identity(&profile));
            sign_up_meanwhile(world, profile);
            binding
        },
        refused!(Taken),
        Effects { made: 1, begun: 1, spent: 1, proven: 1, events: &[EventKind::SignedUp], ..NOTHING },
    ),
    (
        "no token",
        |world| with(world, &world.ann(), secret("?")),
        refused!(ProviderToken(ProofProblem::Unknown)),
        NOTHING,
    ),
    (
        "an hour old",
        |world| {
            let binding = new_to(world, &world.ann());
            world.pass(3600);
            binding
        },
        refused!(ProviderToken(ProofProblem::Expired)),
        NOTHING,
    ),
    (
        "given to another client",
        |world| {
            let (caller, token, origin) = new_to(world, &world.ann());
            (caller, token, origin.at_another_client())
        },
        refused!(ProviderToken(ProofProblem::OtherClient)),
        NOTHING,
    ),
    (
        "of an address",
        |world| with(world, &world.ann(), world.proof_of_address(&samples::sample_email())),
        refused!(ProviderToken(ProofProblem::OtherSubject)),
        NOTHING,
    ),
    (
        "spent by somebody else",
        |world| {
            let (_, token, _) = done_before(world, new_to(world, &world.ann()));
            with(world, &world.ann(), token)
        },
        refused!(ProviderToken(ProofProblem::Spent)),
        NOTHING,
    ),
    (
        "spent by the same request two minutes ago",
        |world| {
            let binding = done_before(world, new_to(world, &world.ann()));
            world.pass(120);
            binding
        },
        refused!(ProviderToken(ProofProblem::Spent)),
        NOTHING,
    ),
    (
        "spent by somebody else in this moment",
        |world| {
            let (binding, other) = (new_to(world, &world.ann()), world.ann());
            let other = with(world, &other, binding.1.clone());
            world.meanwhile(|world| drop(done_before(world, other)));
            binding
        },
        refused!(ProviderToken(ProofProblem::Spent)),
        BOUND,
    ),
    (
        "signed out in this moment",
        |world| while_signing_out(world, new_to),
        refused!(NotBound),
        Effects { ended: 1, events: &[EventKind::SignedOut], ..NOTHING },
    ),
];

fn sign_up_meanwhile(world: &World, profile: ExternalProfile) {
    world.meanwhile(|world| drop(world.person(SampleAccount::new().with_external_profile(profile))));
}

/// The caller, the proof of the identity, the proof of presence, and where the request comes from.
type PresentBinding = (Caller, SecretString, SecretString, Origin);

async fn bind_with_sudo(
    world: &World,
    (caller, token, sudo, origin): PresentBinding,
) -> Result<(), Halt<BindIdentityRefusal>> {
    world.bind_identity().bind(&caller, &token, Some(&sudo), &origin).await
}

/// A request by Ann, elsewhere, an hour after she signed in.
fn with_sudo(world: &World, sudo: impl FnOnce(&Person) -> SecretString) -> PresentBinding {
    let ann = world.ann();
    world.pass(3600);
    let (caller, token, origin) = new_to(world, &ann);
    (caller, token, sudo(&ann), origin.elsewhere())
}

#[test]
fn a_sudo_token_shows_presence_anywhere() {
    check(BINDING_WITH_SUDO, bind_with_sudo);
}

const BINDING_WITH_SUDO: &[Row<PresentBinding, (), BindIdentityRefusal>] = &[
    (
        "their own",
        |world| with_sudo(world, |ann| world.proof_of_presence(ann)),
        Done(|world, (caller, ..), ()| assert_eq!(subjects_of(world, caller).len(), 1)),
        Effects { spent: 2, ..BOUND },
    ),
    (
        "the same request again",
        |world| {
            let binding = with_sudo(world, |ann| world.proof_of_presence(ann));
            at_once(bind_with_sudo(world, binding.clone())).expect("bound");
            binding
        },
        Done(|world, (caller, ..), ()| assert_eq!(subjects_of(world, caller).len(), 1)),
        NOTHING,
    ),
    (
        "one that bound another identity just before",
        |world| {
            let (caller, first, sudo, origin) = with_sudo(world, |ann| world.proof_of_presence(ann));
            at_once(bind_with_sudo(world, (caller.clone(), first, sudo.clone(), origin.clone()))).expect("bound");
            let second = world.proof_of_identity(&samples::sample_external_profile());
            (caller, second, sudo, origin)
        },
        refused!(SudoToken),
        NOTHING,
    ),
    (
        "somebody else's",
        |world| with_sudo(world, |_| world.proof_of_presence(&world.ann())),
        refused!(SudoToken),
        NOTHING,
    ),
    ("no token", |world| with_sudo(world, |_| secret("?")), refused!(SudoToken), NOTHING),
];

#[test]
fn a_failure_costs_nothing() {
    check(FAILING, bind);
}

fn without(world: &World, port: fn(&Ports) -> &MemoryStores) -> Binding {
    new_to(world.without(port), &world.ann())
}

const FAILING: &[Row<Binding, (), BindIdentityRefusal>] = &[
    ("the accounts are away", |world| without(world, |ports| &ports.accounts), Failed, NOTHING),
    ("the proofs are away", |world| without(world, |ports| &ports.proofs), Failed, NOTHING),
    ("the sessions are away", |world| without(world, |ports| &ports.sessions), Failed, NOTHING),
];

#[tokio::test]
async fn rules_are_asked_before_an_anonymous_user_becomes_an_ordinary_one() {
    let (mut world, rule) = (World::new(), FakeRule::new(Says::No("nobody from there"), OnFailure::Refuse));
    world.rules.asked = vec![rule.clone()];
    let person = world.anonymous();
    let binding = new_to(&world, &person);
    let outcome = bind(&world, binding.clone()).await;
    let Err(Halt::Refused(Conversion(ConversionRefusal::Rule(RefusedByRule { text })))) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(text, "nobody from there");
    rule.say(Says::Yes);
    bind(&world, binding.clone()).await.expect("the proof is unspent");
    is_bound(&world, &binding, ());
    rule.say(Says::No("too late"));
    bind(&world, binding).await.expect("nobody is asked about a repeated request");
    let asked = rule.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!((asked[1].anonymous, asked[1].scenario.as_str()), (Some(person.id()), "third_party"));
    assert!(asked[1].external.is_some());
}

#[tokio::test]
async fn nobody_becomes_an_ordinary_user_by_a_way_that_is_closed_to_the_client() {
    let mut world = World::new();
    world.rules.clients = by_phone_number_only();
    let person = world.anonymous();
    let outcome = bind(&world, new_to(&world, &person)).await;
    let Err(Halt::Refused(Conversion(ConversionRefusal::ScenarioClosed(scenario)))) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(scenario, "third_party");
    let ann = world.ann();
    bind(&world, new_to(&world, &ann)).await.expect("a user adds what ways in there are");
}
