//! Signing in with a third party's identity.

use std::sync::atomic::Ordering;

use auth_application::kit::{Halt, ProofProblem, Tokens};
use auth_application::sign_in::ProviderSignInRefusal::{Blocked, NoSuchUser, ProviderToken, SignUp};
use auth_application::sign_in::{ProviderCommand, ProviderSignInRefusal};
use auth_application::sign_up::SignUpRefusal;
use auth_contracts::samples::{self, SampleAccount};
use auth_domain::clients::{Client, ClientKind, Clients, UnknownClients};
use auth_domain::events::EventKind;
use auth_domain::external_identities::ExternalProfile;
use auth_domain::profile::Profile;
use auth_domain::proofs::{ProofSubject, ProofToken};
use auth_memory::MemoryStores;
use secrecy::SecretString;

use crate::table::Expected::{Done, Failed, Undecided};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{Origins as _, Person, Ports, World, at_once, secret};

type Rows = &'static [Row<ProviderCommand, Tokens, ProviderSignInRefusal>];

const SIGNED_IN: Effects = Effects { changed: 1, begun: 1, spent: 1, events: &[EventKind::SignedIn], ..NOTHING };
const SIGNED_UP: Effects = Effects { made: 1, begun: 1, spent: 1, events: &[EventKind::SignedUp], ..NOTHING };
const REPEATED: Effects = Effects { begun: 1, events: &[EventKind::SignedIn], ..NOTHING };
const WRITTEN_DOWN: Effects = Effects { events: &[EventKind::SignInFailed], ..NOTHING };

fn with(token: SecretString) -> ProviderCommand {
    ProviderCommand {
        token,
        provider_id: None,
        force_disable_sign_up: false,
        sync_profile: false,
        origin: samples::sample_origin(),
    }
}

/// A sign-in with an identity that nobody has.
fn of_somebody_new(world: &World) -> ProviderCommand {
    with(world.proof_of_identity(&samples::sample_external_profile()))
}

/// Somebody who is bound to a third-party identity.
fn bound(world: &World) -> Person {
    world.person(SampleAccount::new().with_external_identity())
}

fn of(world: &World, person: &Person) -> ProviderCommand {
    with(world.proof_of_identity(person.identity()))
}

/// Somebody whose third party knows them by this name, which is to be copied.
fn named(world: &World, name: &str) -> ProviderCommand {
    let profile = ExternalProfile { name: Some(name.to_owned()), picture: None, ..bound(world).identity().clone() };
    ProviderCommand { sync_profile: true, ..with(world.proof_of_identity(&profile)) }
}

async fn run(world: &World, command: ProviderCommand) -> Result<Tokens, Halt<ProviderSignInRefusal>> {
    world.sign_in_with_provider().run(command).await
}

fn done_before(world: &World, command: ProviderCommand) -> ProviderCommand {
    at_once(run(world, command.clone())).expect("signed in");
    command
}

/// The user has the identity that the token proves.
fn is_signed_in(world: &World, command: &ProviderCommand, tokens: Tokens) {
    let ProofSubject::External(profile) = world.proof_behind(&command.token).subject else { panic!("an identity") };
    let caller = world.caller_with(&tokens);
    assert_eq!((caller.account.id, caller.claims.method.name()), (tokens.user, "github"));
    let bound = caller.account.external_identities.iter().map(|bound| bound.profile.subject.clone());
    assert_eq!(bound.collect::<Vec<_>>(), [profile.subject]);
}

fn has_name(world: &World, tokens: &Tokens, name: Option<&str>) {
    assert_eq!(world.account(tokens.user).profile.name.as_deref(), name);
}

#[test]
fn who_has_the_identity_is_signed_in() {
    check(SIGNING_IN, run);
}

const SIGNING_IN: Rows = &[
    (
        "the identity is bound",
        |world| of(world, &bound(world)),
        Done(|world, command, tokens| {
            has_name(world, &tokens, None);
            is_signed_in(world, command, tokens);
        }),
        SIGNED_IN,
    ),
    (
        "in the last second of the proof",
        |world| {
            let command = of(world, &bound(world));
            world.pass(3599);
            command
        },
        Done(is_signed_in),
        SIGNED_IN,
    ),
    (
        "the provider is named, and nobody is to be signed up",
        |world| ProviderCommand {
            provider_id: Some("github".to_owned()),
            force_disable_sign_up: true,
            ..of(world, &bound(world))
        },
        Done(is_signed_in),
        SIGNED_IN,
    ),
    (
        "name and picture are copied",
        |world| ProviderCommand { sync_profile: true, ..of(world, &bound(world)) },
        Done(|world, _, tokens| {
            let copied = Profile {
                name: Some("Ann Lee".to_owned()),
                picture: Some("https://example.com/ann.png".to_owned()),
                ..Profile::default()
            };
            assert_eq!(world.account(tokens.user).profile, copied);
        }),
        Effects { events: &[EventKind::SignedIn, EventKind::ProfileChanged], ..SIGNED_IN },
    ),
    (
        "of a name that is too long its beginning is copied",
        |world| named(world, &"n".repeat(10_000)),
        Done(|world, _, tokens| has_name(world, &tokens, Some(&"n".repeat(64)))),
        Effects { events: &[EventKind::SignedIn, EventKind::ProfileChanged], ..SIGNED_IN },
    ),
    (
        "a name of which nothing can be seen is not copied",
        |world| named(world, "\u{3164}"),
        Done(|world, _, tokens| has_name(world, &tokens, None)),
        SIGNED_IN,
    ),
    (
        "name and picture cannot be copied now",
        |world| {
            world.meanwhile(|world| world.ports.accounts.set_failing(true));
            ProviderCommand { sync_profile: true, ..of(world, &bound(world)) }
        },
        Done(|world, _, tokens| has_name(world, &tokens, None)),
        SIGNED_IN,
    ),
    (
        "the same request again",
        |world| {
            let command = done_before(world, of(world, &bound(world)));
            world.pass(119);
            command
        },
        Done(is_signed_in),
        REPEATED,
    ),
    (
        "the same request twice at once",
        |world| {
            let command = of(world, &bound(world));
            let twin = command.clone();
            world.meanwhile(|world| drop(done_before(world, twin)));
            command
        },
        Done(is_signed_in),
        Effects { begun: 2, events: &[EventKind::SignedIn, EventKind::SignedIn], ..SIGNED_IN },
    ),
];

#[test]
fn who_is_new_is_signed_up() {
    check(SIGNING_UP, run);
}

const SIGNING_UP: Rows = &[
    (
        "the identity is nobody's",
        |world| of_somebody_new(world),
        Done(|world, command, tokens| {
            has_name(world, &tokens, Some("Ann Lee"));
            is_signed_in(world, command, tokens);
        }),
        SIGNED_UP,
    ),
    (
        "the identity has a name that is too long",
        |world| {
            let name = Some("n".repeat(10_000));
            with(world.proof_of_identity(&ExternalProfile { name, ..samples::sample_external_profile() }))
        },
        Done(|world, _, tokens| has_name(world, &tokens, Some(&"n".repeat(64)))),
        SIGNED_UP,
    ),
    ("the same request again", |world| done_before(world, of_somebody_new(world)), Done(is_signed_in), REPEATED),
    (
        "signed up by another request in this moment",
        |world| {
            let profile = samples::sample_external_profile();
            let other = with(world.proof_of_identity(&profile));
            world.meanwhile(|world| drop(done_before(world, other)));
            with(world.proof_of_identity(&profile))
        },
        Done(is_signed_in),
        Effects { begun: 2, spent: 2, events: &[EventKind::SignedUp, EventKind::SignedIn], ..SIGNED_UP },
    ),
];

#[test]
fn a_token_that_is_not_good_signs_nobody_in() {
    check(UNPROVEN, run);
}

const UNPROVEN: Rows = &[
    ("no token", |_| with(secret("?")), refused!(ProviderToken(ProofProblem::Unknown)), NOTHING),
    (
        "a token that nobody was given",
        |_| with(ProofToken::new([7; 32]).expose().into()),
        refused!(ProviderToken(ProofProblem::Unknown)),
        NOTHING,
    ),
    (
        "an hour old",
        |world| {
            let command = of_somebody_new(world);
            world.pass(3600);
            command
        },
        refused!(ProviderToken(ProofProblem::Expired)),
        NOTHING,
    ),
    (
        "given to another client",
        |world| {
            let command = of_somebody_new(world);
            ProviderCommand { origin: command.origin.at_another_client(), ..command }
        },
        refused!(ProviderToken(ProofProblem::OtherClient)),
        NOTHING,
    ),
    (
        "of an address",
        |world| with(world.proof_of_address(world.ann().email())),
        refused!(ProviderToken(ProofProblem::OtherSubject)),
        NOTHING,
    ),
    (
        "of another provider than is named",
        |world| ProviderCommand { provider_id: Some("google".to_owned()), ..of_somebody_new(world) },
        refused!(ProviderToken(ProofProblem::OtherSubject)),
        NOTHING,
    ),
    (
        "spent by another request",
        |world| {
            let command = done_before(world, of_somebody_new(world));
            ProviderCommand { sync_profile: true, ..command }
        },
        refused!(ProviderToken(ProofProblem::Spent)),
        NOTHING,
    ),
    (
        "spent by the same request two minutes ago",
        |world| {
            let command = done_before(world, of_somebody_new(world));
            world.pass(120);
            command
        },
        refused!(ProviderToken(ProofProblem::Spent)),
        NOTHING,
    ),
    (
        "spent by the same request, whose answer arrived",
        |world| {
            let command = of(world, &bound(world));
            let tokens = at_once(run(world, command.clone())).expect("signed in");
            at_once(world.refresh_session().run(&tokens.refresh_token, &command.origin)).expect("it goes on");
            command
        },
        refused!(ProviderToken(ProofProblem::Spent)),
        NOTHING,
    ),
];

#[test]
fn a_proof_is_not_spent_on_who_may_not_sign_in() {
    check(REFUSED, run);
}

/// Users of the sample client may sign up by e-mail only.
fn by_email_only() -> Clients {
    let id = samples::sample_client();
    let scenarios = Some(vec!["email".to_owned()]);
    let client = Client { id: id.clone(), kind: ClientKind::Public, scenarios, redirect_uris: None };
    Clients::new(id, UnknownClients::Refused, vec![client])
}

const REFUSED: Rows = &[
    (
        "nobody has the identity, and nobody is to be signed up",
        |world| ProviderCommand { force_disable_sign_up: true, ..of_somebody_new(world) },
        refused!(NoSuchUser),
        WRITTEN_DOWN,
    ),
    (
        "nobody has the identity, again: one proof, one event",
        |world| {
            let command = ProviderCommand { force_disable_sign_up: true, ..of_somebody_new(world) };
            at_once(run(world, command.clone())).expect_err("refused");
            command
        },
        refused!(NoSuchUser),
        NOTHING,
    ),
    (
        "the client's users do not sign up this way",
        |world| {
            world.rules.clients = by_email_only();
            of_somebody_new(world)
        },
        refused!(SignUp(refusal) if matches!(**refusal, SignUpRefusal::ScenarioClosed("third_party"))),
        NOTHING,
    ),
    (
        "blocked",
        |world| {
            let person = bound(world);
            world.block(person.id());
            of(world, &person)
        },
        refused!(Blocked),
        WRITTEN_DOWN,
    ),
    (
        "blocked in this moment",
        |world| {
            let person = bound(world);
            let user = person.id();
            world.meanwhile(move |world| world.block(user));
            of(world, &person)
        },
        refused!(Blocked),
        Effects { changed: 1, ended: 1, events: &[EventKind::UserBlocked], ..NOTHING },
    ),
    (
        "the identity is unbound in this moment, and nobody is to be made of it",
        |world| {
            let person = world.person(SampleAccount::new().with_email().with_external_identity());
            let (user, provider) = (person.id(), person.identity().provider.clone());
            world.meanwhile(move |world| world.unbind(user, provider));
            ProviderCommand { force_disable_sign_up: true, ..of(world, &person) }
        },
        refused!(NoSuchUser),
        Effects { changed: 1, events: &[EventKind::IdentityUnbound, EventKind::SignInFailed], ..NOTHING },
    ),
];

#[test]
fn a_failure_costs_nothing() {
    check(FAILING, run);
}

fn without(world: &World, port: fn(&Ports) -> &MemoryStores) -> ProviderCommand {
    of(world.without(port), &bound(world))
}

const FAILING: Rows = &[
    ("the accounts are away", |world| without(world, |ports| &ports.accounts), Failed, NOTHING),
    ("the proofs are away", |world| without(world, |ports| &ports.proofs), Failed, NOTHING),
    ("the sessions are away", |world| without(world, |ports| &ports.sessions), Failed, NOTHING),
    (
        "the accounts are away by the time somebody new is signed up",
        |world| {
            world.meanwhile(|world| world.ports.accounts.set_failing(true));
            of_somebody_new(world)
        },
        Failed,
        NOTHING,
    ),
    (
        "there is no key to sign with",
        |world| {
            world.tokens.fails.store(true, Ordering::Relaxed);
            of_somebody_new(world)
        },
        Failed,
        NOTHING,
    ),
    (
        "the events are away, and somebody is refused",
        |world| {
            world.without(|ports| &ports.events);
            ProviderCommand { force_disable_sign_up: true, ..of_somebody_new(world) }
        },
        Undecided,
        NOTHING,
    ),
];
