//! Edits that are refused, and change nothing.

use std::sync::atomic::Ordering;

use auth_application::account::EditAccountRefusal::{
    Anonymous, Conversion, Identifier, NotPresent, NotVerified, Password, Present, Profile, ProofSpent, SudoToken,
    Taken, TooOften,
};
use auth_application::account::{ConversionRefusal, EditCommand, PresentPasswordRefusal};
use auth_application::kit::{self, Halt, OverBudget, RefusedByRule};
use auth_contracts::samples;
use auth_domain::credentials::PasswordError;
use auth_domain::events::EventKind;
use auth_domain::identifier::{self, IdentifierError, IdentifierKind};
use auth_domain::profile::ProfileError;
use auth_memory::MemoryStores;
use auth_ports::OnFailure;
use chrono::TimeDelta;
use secrecy::SecretString;

use super::{NEW, Request, Rows, address, done_before, name, new_password, of, of_ann, passwords, run, username};
use crate::fakes::{FakeRule, Says};
use crate::table::Expected::{Failed, Undecided};
use crate::table::{Effects, NOTHING, check, refused};
use crate::world::{Origins as _, PASSWORD, Person, Ports, World, by_phone_number_only, once_per, secret, tries};

#[test]
fn every_part_must_be_right_or_nothing_is_changed() {
    check(PARTS, run);
}

/// Adds a valid name to the edit.
fn beside_a_name(command: EditCommand) -> EditCommand {
    EditCommand { name: name("Ann").name, ..command }
}

const PARTS: Rows = &[
    (
        "a gender that nobody has heard of",
        |world| of_ann(world, beside_a_name(EditCommand { gender: Some("?".to_owned()), ..EditCommand::default() })),
        refused!(Profile(ProfileError { field: "gender", .. })),
        NOTHING,
    ),
    (
        "what is no username",
        |world| of_ann(world, beside_a_name(username("!"))),
        refused!(Identifier(IdentifierError { kind: IdentifierKind::USERNAME, .. })),
        NOTHING,
    ),
    (
        "what is no address",
        |world| {
            let addresses = vec![(IdentifierKind::EMAIL, "ann".to_owned())];
            of_ann(world, beside_a_name(EditCommand { addresses, ..EditCommand::default() }))
        },
        refused!(Identifier(IdentifierError { kind: IdentifierKind::EMAIL, .. })),
        NOTHING,
    ),
    (
        "a common password",
        |world| of_ann(world, beside_a_name(passwords(PASSWORD, "password123"))),
        refused!(Password(PasswordError::Common)),
        NOTHING,
    ),
    (
        "another present password",
        |world| of_ann(world, beside_a_name(passwords("AnotherPass123!", NEW))),
        refused!(Present(PresentPasswordRefusal::Wrong)),
        Effects { events: &[EventKind::SignInFailed], ..NOTHING },
    ),
    (
        "a present password where there is none",
        |world| of(world, &world.passwordless(), new_password()),
        refused!(Present(PresentPasswordRefusal::NotSet)),
        NOTHING,
    ),
    (
        "a username of who is anonymous",
        |world| of(world, &world.anonymous(), username("Annabel")),
        refused!(Anonymous),
        NOTHING,
    ),
    (
        "a password of who is anonymous",
        |world| of(world, &world.anonymous(), new_password()),
        refused!(Anonymous),
        NOTHING,
    ),
    (
        "a second change within a minute",
        |world| {
            world.rules.quota = Some(once_per(60));
            let ann = world.ann();
            let request = of(world, &ann, name("Ann"));
            done_before(world, &ann, &request)
        },
        refused!(TooOften(OverBudget::TooOften(kit::TooOften { retry_after, .. })) if *retry_after == TimeDelta::minutes(1)),
        NOTHING,
    ),
    (
        "a change by a network that has just changed another account",
        |world| {
            world.rules.edits_per_network = Some(once_per(60));
            let (ann, bob) = (world.ann(), world.ann());
            let request = of(world, &bob, name("Bob"));
            drop(done_before(world, &bob, &request));
            of(world, &ann, name("Ann"))
        },
        refused!(TooOften(OverBudget::TooOften(kit::TooOften { retry_after, .. })) if *retry_after == TimeDelta::minutes(1)),
        NOTHING,
    ),
    (
        "somebody else's username",
        |world| {
            let other = world.ann();
            of_ann(world, beside_a_name(username(other.named(IdentifierKind::USERNAME).shown())))
        },
        refused!(Taken(IdentifierKind::USERNAME)),
        NOTHING,
    ),
];

#[test]
fn an_address_must_have_been_verified_just_before() {
    check(ADDRESSES, run);
}

const ADDRESSES: Rows = &[
    (
        "never verified",
        |world| of_ann(world, beside_a_name(address(&samples::sample_email()))),
        refused!(NotVerified(IdentifierKind::EMAIL)),
        NOTHING,
    ),
    (
        "of a kind that nobody knows",
        |world| {
            let addresses = vec![(IdentifierKind::new("employee_number"), "7".to_owned())];
            of_ann(world, EditCommand { addresses, ..EditCommand::default() })
        },
        refused!(NotVerified(kind) if kind.name() == "employee_number"),
        NOTHING,
    ),
    (
        "verified by somebody who is not signed in",
        |world| {
            let new = samples::sample_email();
            world.proof_of_address(&new);
            of_ann(world, address(&new))
        },
        refused!(NotVerified(IdentifierKind::EMAIL)),
        NOTHING,
    ),
    (
        "verified by somebody else",
        |world| {
            let new = samples::sample_email();
            world.held_proof_of(&world.ann(), &new);
            of_ann(world, address(&new))
        },
        refused!(NotVerified(IdentifierKind::EMAIL)),
        NOTHING,
    ),
    (
        "verified ten minutes ago",
        |world| {
            let request = verified(world);
            world.pass(600);
            request
        },
        refused!(NotVerified(IdentifierKind::EMAIL)),
        NOTHING,
    ),
    (
        "verified at another client",
        |world| {
            let (caller, command, origin) = verified(world);
            (caller, command, origin.at_another_client())
        },
        refused!(NotVerified(IdentifierKind::EMAIL)),
        NOTHING,
    ),
    (
        "somebody else's",
        |world| {
            let (ann, other) = (world.ann(), world.ann());
            world.held_proof_of(&ann, other.email());
            of(world, &ann, address(other.email()))
        },
        refused!(Taken(IdentifierKind::EMAIL)),
        NOTHING,
    ),
    (
        "of who is anonymous, by the second of two, which is closed to the client's users",
        |world| {
            world.rules.clients = by_phone_number_only();
            let (person, phone, email) = (world.anonymous(), samples::sample_phone_number(), samples::sample_email());
            of(world, &person, both_verified(world, &person, [&phone, &email]))
        },
        refused!(Conversion(ConversionRefusal::ScenarioClosed(scenario)) if scenario == "email"),
        NOTHING,
    ),
    (
        "verified, and the proof pays for something else in this moment",
        |world| {
            let (ann, new) = (world.ann(), samples::sample_email());
            let (user, token) = (ann.id(), world.held_proof_of(&ann, &new));
            world.meanwhile(move |world| world.spend(&token, user));
            of(world, &ann, address(&new))
        },
        refused!(ProofSpent),
        Effects { spent: 1, proven: 1, ..NOTHING },
    ),
    (
        "verified, and signed out in this moment",
        |world| {
            let (ann, new) = (world.ann(), samples::sample_email());
            world.held_proof_of(&ann, &new);
            let request = of(world, &ann, address(&new));
            world.meanwhile(move |world| world.sign_out(&ann));
            request
        },
        refused!(ProofSpent),
        Effects { ended: 1, events: &[EventKind::SignedOut], ..NOTHING },
    ),
];

/// An edit by Ann to an address that she verified just before.
fn verified(world: &World) -> Request {
    let (ann, new) = (world.ann(), samples::sample_email());
    world.held_proof_of(&ann, &new);
    of(world, &ann, address(&new))
}

/// An edit to these addresses, which the person verified just before.
fn both_verified(world: &World, person: &Person, both: [&identifier::Identifier; 2]) -> EditCommand {
    let addresses = both.map(|new| {
        world.held_proof_of(person, new);
        (new.kind(), new.shown().to_owned())
    });
    EditCommand { addresses: addresses.to_vec(), ..EditCommand::default() }
}

#[tokio::test]
async fn rules_are_told_everything_that_an_anonymous_user_adds() {
    let (mut world, rule) = (World::new(), FakeRule::new(Says::No("not from there"), OnFailure::Refuse));
    world.rules.asked = vec![rule.clone()];
    let (person, email, phone) = (world.anonymous(), samples::sample_email(), samples::sample_phone_number());
    let request = of(&world, &person, beside_a_name(both_verified(&world, &person, [&email, &phone])));
    let outcome = run(&world, request.clone()).await;
    let Err(Halt::Refused(Conversion(ConversionRefusal::Rule(RefusedByRule { text })))) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(text, "not from there");
    rule.say(Says::Yes);
    run(&world, request).await.expect("the proofs are unspent");
    let [_, asked] = rule.asked().try_into().expect("twice");
    let told: Vec<_> = asked.identifiers.iter().map(identifier::Identifier::canonical).collect();
    assert_eq!(told, [email.canonical(), phone.canonical()]);
    assert_eq!((asked.anonymous, asked.scenario.as_str()), (Some(person.id()), "email"));
    assert_eq!(asked.profile.name.as_deref(), Some("Ann"));
}

#[test]
fn an_access_token_alone_changes_no_way_in() {
    check(ABSENT, run);
}

fn elsewhere((caller, command, origin): Request) -> Request {
    (caller, command, origin.elsewhere())
}

fn with_sudo((caller, command, origin): Request, token: SecretString) -> Request {
    (caller, EditCommand { sudo_token: Some(token), ..command }, origin)
}

const ABSENT: Rows = &[
    (
        "a username, a quarter of an hour after signing in",
        |world| {
            let request = of_ann(world, beside_a_name(username("Annabel")));
            world.pass(899);
            request
        },
        refused!(NotPresent(_)),
        NOTHING,
    ),
    ("a username, elsewhere", |world| elsewhere(of_ann(world, username("Annabel"))), refused!(NotPresent(_)), NOTHING),
    ("an address, elsewhere", |world| elsewhere(verified(world)), refused!(NotPresent(_)), NOTHING),
    (
        "with a sudo token of nobody's",
        |world| with_sudo(of_ann(world, username("Annabel")), secret("?")),
        refused!(SudoToken),
        NOTHING,
    ),
    (
        "with somebody else's sudo token",
        |world| with_sudo(of_ann(world, username("Annabel")), world.proof_of_presence(&world.ann())),
        refused!(SudoToken),
        NOTHING,
    ),
    (
        "with a sudo token that made another change just before",
        |world| {
            let ann = world.ann();
            let sudo = world.proof_of_presence(&ann);
            let first = with_sudo(of(world, &ann, username("Annabel")), sudo.clone());
            done_before(world, &ann, &first);
            with_sudo(of(world, &ann, username("Annabella")), sudo)
        },
        refused!(SudoToken),
        NOTHING,
    ),
];

#[test]
fn a_failure_costs_nothing() {
    check(FAILING, run);
}

fn without(world: &World, port: fn(&Ports) -> &MemoryStores) -> Request {
    verified(world.without(port))
}

const FAILING: Rows = &[
    ("the accounts are away", |world| without(world, |ports| &ports.accounts), Failed, NOTHING),
    ("the proofs are away", |world| without(world, |ports| &ports.proofs), Failed, NOTHING),
    ("the sessions are away", |world| without(world, |ports| &ports.sessions), Failed, NOTHING),
    (
        "the limits are away",
        |world| {
            world.rules.quota = Some(once_per(60));
            without(world, |ports| &ports.limits)
        },
        Failed,
        NOTHING,
    ),
    (
        "the limits of passwords are away",
        |world| {
            world.rules.tries = Some(tries(1));
            of_ann(world.without(|ports| &ports.limits), new_password())
        },
        Failed,
        NOTHING,
    ),
    (
        "too much to hash",
        |world| {
            world.hasher.overloaded.store(true, Ordering::Relaxed);
            of_ann(world, new_password())
        },
        Failed,
        NOTHING,
    ),
    (
        "the events are away, and it is another password",
        |world| of_ann(world.without(|ports| &ports.events), passwords("AnotherPass123!", NEW)),
        Undecided,
        NOTHING,
    ),
];
