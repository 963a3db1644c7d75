//! Binding third parties' identities, and unbinding them.

use auth_application::account::BindIdentityRefusal;
use auth_application::account::BindIdentityRefusal::{LastWayIn, NotBound, ProviderToken, Taken};
use auth_application::kit::{Caller, Halt, ProofProblem};
use auth_contracts::samples::{self, SampleAccount};
use auth_domain::access::Scope;
use auth_domain::events::EventKind;
use auth_domain::external_identities::ExternalProfile;
use auth_domain::origin::Origin;
use auth_domain::proofs::ProofSubject;
use auth_memory::MemoryStores;
use secrecy::SecretString;

use crate::table::Expected::{Done, Failed};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{Origins as _, Person, Ports, World, at_once, secret};

/// The caller, the proof of the identity, and where the request comes from.
type Binding = (Caller, SecretString, Origin);

const BOUND: Effects = Effects { changed: 1, spent: 1, events: &[EventKind::IdentityBound], ..NOTHING };

async fn bind(world: &World, (caller, token, origin): Binding) -> Result<(), Halt<BindIdentityRefusal>> {
    world.bind_identity().bind(&caller, &token, &origin).await
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

/// The subjects of the identities that the user is bound to.
fn subjects_of(world: &World, caller: &Caller) -> Vec<String> {
    let bound = world.account(caller.account.id).external_identities;
    bound.into_iter().map(|identity| identity.profile.subject).collect()
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
        "in place of another one at the same third party",
        |world| new_to(world, &world.person(SampleAccount::new().with_external_identity())),
        Done(is_bound),
        BOUND,
    ),
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
            let (binding, other) = (new_to(world, &world.ann()), world.caller(&world.ann()));
            let other = (other, binding.1.clone(), binding.2.clone());
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

/// A request that somebody with an address and an identity makes while they sign out.
fn while_signing_out<C>(world: &World, request: fn(&World, &Person) -> C) -> C {
    let person = world.person(SampleAccount::new().with_email().with_external_identity());
    let request = request(world, &person);
    world.meanwhile(move |world| world.sign_out(&person));
    request
}

/// The caller, and the provider to unbind from.
type Unbinding = (Caller, &'static str);

const UNBOUND: Effects = Effects { changed: 1, events: &[EventKind::IdentityUnbound], ..NOTHING };

async fn unbind(world: &World, (caller, provider): Unbinding) -> Result<(), Halt<BindIdentityRefusal>> {
    world.bind_identity().unbind(&caller, provider, &samples::sample_origin()).await
}

fn of(world: &World, sample: SampleAccount) -> Unbinding {
    (world.caller(&world.person(sample.with_external_identity())), "github")
}

#[test]
fn an_identity_is_unbound_unless_it_is_the_last_way_in() {
    check(UNBINDING, unbind);
}

const UNBINDING: &[Row<Unbinding, (), BindIdentityRefusal>] = &[
    (
        "there is an address too",
        |world| of(world, SampleAccount::new().with_email()),
        Done(|world, (caller, _), ()| assert_eq!(subjects_of(world, caller), [""; 0])),
        UNBOUND,
    ),
    ("there is no other way in", |world| of(world, SampleAccount::new()), refused!(LastWayIn), NOTHING),
    (
        "a username without password is no way in",
        |world| of(world, SampleAccount::new().with_username(&samples::sample_username())),
        refused!(LastWayIn),
        NOTHING,
    ),
    ("nothing is bound", |world| (world.caller(&world.ann()), "github"), refused!(NotBound), NOTHING),
    (
        "another provider is bound",
        |world| (of(world, SampleAccount::new().with_email()).0, "google"),
        refused!(NotBound),
        NOTHING,
    ),
    ("no provider's name", |world| (of(world, SampleAccount::new().with_email()).0, "?"), refused!(NotBound), NOTHING),
    (
        "signed out in this moment",
        |world| while_signing_out(world, |world, person| (world.caller(person), "github")),
        refused!(NotBound),
        Effects { ended: 1, events: &[EventKind::SignedOut], ..NOTHING },
    ),
    (
        "the accounts are away",
        |world| of(world.without(|ports| &ports.accounts), SampleAccount::new().with_email()),
        Failed,
        NOTHING,
    ),
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
];
