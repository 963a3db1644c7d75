//! Adding and changing addresses.

use auth_application::account::ChangeContactRefusal::{Conversion, NotPresent, SudoToken, Taken, VerificationToken};
use auth_application::account::{ChangeContactCommand, ChangeContactRefusal, ConversionRefusal};
use auth_application::kit::{Caller, Halt, ProofProblem, RefusedByRule};
use auth_contracts::samples;
use auth_domain::events::EventKind;
use auth_domain::identifier::{Identifier, IdentifierError, IdentifierKind};
use auth_memory::MemoryStores;
use auth_ports::OnFailure;
use secrecy::SecretString;

use crate::fakes::{FakeRule, Says};
use crate::table::Expected::{Done, Failed};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{Origins as _, Person, Ports, World, at_once, by_phone_number_only, secret};

type Request = (Caller, ChangeContactCommand);
type Rows = &'static [Row<Request, (), ChangeContactRefusal>];

const CHANGED: Effects = Effects { changed: 1, ended: 1, spent: 2, events: &[EventKind::ContactChanged], ..NOTHING };

async fn run(world: &World, (caller, command): Request) -> Result<(), Halt<ChangeContactRefusal>> {
    world.change_contact().run(&caller, command).await
}

/// A change to this address, with proofs of control and of presence.
fn to(world: &World, person: &Person, address: &Identifier) -> Request {
    let command = ChangeContactCommand {
        kind: address.kind(),
        address: address.shown().to_owned(),
        verification_token: world.proof_of_address(address),
        sudo_token: Some(world.proof_of_presence(person)),
        origin: person.origin(),
    };
    (world.caller(person), command)
}

/// A first phone number, with a proof of control only.
fn first_without_sudo(world: &World, person: &Person) -> Request {
    let (caller, command) = to(world, person, &samples::sample_phone_number());
    (caller, ChangeContactCommand { sudo_token: None, ..command })
}

/// A change by Ann, who has another session, to an address that nobody has.
fn of_ann(world: &World) -> Request {
    let ann = world.ann();
    world.another_session(&ann);
    to(world, &ann, &samples::sample_email())
}

fn of_ann_with(world: &World, change: impl FnOnce(&mut ChangeContactCommand)) -> Request {
    let (caller, mut command) = of_ann(world);
    change(&mut command);
    (caller, command)
}

fn of_ann_with_verification(world: &World, token: SecretString) -> Request {
    of_ann_with(world, |command| command.verification_token = token)
}

fn of_ann_with_sudo(world: &World, token: Option<SecretString>) -> Request {
    of_ann_with(world, |command| command.sudo_token = token)
}

fn done_before(world: &World, request: Request) -> Request {
    at_once(run(world, request.clone())).expect("changed");
    request
}

/// The user has the address, which is proven now, as the only one of its kind.
fn is_theirs(world: &World, (caller, command): &Request, (): ()) {
    let account = world.account(caller.account.id);
    let held = account.identifiers.iter().filter(|held| held.identifier.kind() == command.kind);
    let held: Vec<_> = held.map(|held| (held.identifier.shown(), held.verified_at.is_some())).collect();
    assert_eq!(held, [(command.address.as_str(), true)]);
}

#[test]
fn who_is_there_and_controls_the_address_has_it() {
    check(CHANGES, run);
}

const CHANGES: Rows = &[
    (
        "another e-mail address; the former is free again",
        |world| of_ann(world),
        Done(|world, request, ()| {
            is_theirs(world, request, ());
            let former = request.0.account.identifier(IdentifierKind::EMAIL).expect("they had one");
            assert_eq!(world.owner(&former.identifier), None);
        }),
        CHANGED,
    ),
    (
        "a first phone number beside a password",
        |world| {
            let ann = world.ann();
            to(world, &ann, &samples::sample_phone_number())
        },
        Done(is_theirs),
        Effects { ended: 0, ..CHANGED },
    ),
    (
        "a first phone number where there is no password, without a sudo token",
        |world| first_without_sudo(world, &world.passwordless()),
        Done(is_theirs),
        Effects { ended: 0, spent: 1, ..CHANGED },
    ),
    (
        "the same request again",
        |world| {
            let request = done_before(world, of_ann(world));
            world.pass(119);
            request
        },
        Done(is_theirs),
        NOTHING,
    ),
    (
        "the same request twice at once",
        |world| {
            let request = of_ann(world);
            let twin = request.clone();
            world.meanwhile(|world| drop(done_before(world, twin)));
            request
        },
        Done(is_theirs),
        CHANGED,
    ),
];

#[test]
fn the_address_must_be_proven() {
    check(UNPROVEN, run);
}

const UNPROVEN: Rows = &[
    (
        "what is no address",
        |world| of_ann_with(world, |command| command.address = "ann".to_owned()),
        refused!(ChangeContactRefusal::Identifier(IdentifierError { kind: IdentifierKind::EMAIL, .. })),
        NOTHING,
    ),
    (
        "an address of a kind that nobody knows",
        |world| of_ann_with(world, |command| command.kind = IdentifierKind::new("employee_number")),
        refused!(VerificationToken(ProofProblem::OtherSubject)),
        NOTHING,
    ),
    (
        "another address than the proven one",
        |world| of_ann_with_verification(world, world.proof_of_address(&samples::sample_email())),
        refused!(VerificationToken(ProofProblem::OtherSubject)),
        NOTHING,
    ),
    (
        "a proof of presence in place of one",
        |world| of_ann_with_verification(world, world.proof_of_presence(&world.ann())),
        refused!(VerificationToken(ProofProblem::OtherSubject)),
        NOTHING,
    ),
    (
        "no token",
        |world| of_ann_with_verification(world, secret("?")),
        refused!(VerificationToken(ProofProblem::Unknown)),
        NOTHING,
    ),
    (
        "ten minutes old",
        |world| {
            let request = of_ann(world);
            world.pass(600);
            request
        },
        refused!(VerificationToken(ProofProblem::Expired)),
        NOTHING,
    ),
    (
        "given to another client",
        |world| of_ann_with(world, |command| command.origin = command.origin.clone().at_another_client()),
        refused!(VerificationToken(ProofProblem::OtherClient)),
        NOTHING,
    ),
    (
        "spent by the same request two minutes ago",
        |world| {
            let request = done_before(world, of_ann(world));
            world.pass(120);
            request
        },
        refused!(VerificationToken(ProofProblem::Spent)),
        NOTHING,
    ),
    (
        "spent by the same words of somebody else",
        |world| {
            let (_, command) = done_before(world, of_ann(world));
            let other = world.ann();
            let sudo_token = Some(world.proof_of_presence(&other));
            (world.caller(&other), ChangeContactCommand { sudo_token, ..command })
        },
        refused!(VerificationToken(ProofProblem::Spent)),
        NOTHING,
    ),
];

#[test]
fn somebody_must_be_there() {
    check(ABSENT, run);
}

const ABSENT: Rows = &[
    ("no sudo token", |world| of_ann_with_sudo(world, None), refused!(SudoToken), NOTHING),
    (
        "no sudo token, where there is no password but an address",
        |world| {
            let (caller, command) = to(world, &world.passwordless(), &samples::sample_email());
            (caller, ChangeContactCommand { sudo_token: None, ..command })
        },
        refused!(SudoToken),
        NOTHING,
    ),
    (
        "no sudo token, a first address, a quarter of an hour after signing in",
        |world| {
            let person = world.passwordless();
            world.pass(899);
            first_without_sudo(world, &person)
        },
        refused!(NotPresent(_)),
        NOTHING,
    ),
    (
        "no sudo token, a first address, elsewhere",
        |world| {
            let (caller, command) = first_without_sudo(world, &world.passwordless());
            let origin = command.origin.clone().elsewhere();
            (caller, ChangeContactCommand { origin, ..command })
        },
        refused!(NotPresent(_)),
        NOTHING,
    ),
    ("a sudo token of nobody's", |world| of_ann_with_sudo(world, Some(secret("?"))), refused!(SudoToken), NOTHING),
    (
        "somebody else's sudo token",
        |world| of_ann_with_sudo(world, Some(world.proof_of_presence(&world.ann()))),
        refused!(SudoToken),
        NOTHING,
    ),
    (
        "a verification token in place of one",
        |world| of_ann_with_sudo(world, Some(world.proof_of_address(&samples::sample_email()))),
        refused!(SudoToken),
        NOTHING,
    ),
    (
        "a sudo token of a quarter of an hour ago",
        |world| {
            let ann = world.ann();
            let old = world.proof_of_presence(&ann);
            world.pass(900);
            let (caller, command) = to(world, &ann, &samples::sample_email());
            (caller, ChangeContactCommand { sudo_token: Some(old), ..command })
        },
        refused!(SudoToken),
        NOTHING,
    ),
    (
        "a sudo token that paid for something else",
        |world| {
            let ann = world.ann();
            let (caller, first) = done_before(world, to(world, &ann, &samples::sample_email()));
            let (_, command) = to(world, &ann, &samples::sample_phone_number());
            (caller, ChangeContactCommand { sudo_token: first.sudo_token, ..command })
        },
        refused!(SudoToken),
        NOTHING,
    ),
    (
        "signed out in this moment",
        |world| {
            let ann = world.ann();
            let request = to(world, &ann, &samples::sample_email());
            world.meanwhile(move |world| world.sign_out(&ann));
            request
        },
        refused!(VerificationToken(ProofProblem::Spent)),
        Effects { ended: 1, events: &[EventKind::SignedOut], ..NOTHING },
    ),
];

#[test]
fn an_address_has_one_owner_and_a_failure_costs_nothing() {
    check(REST, run);
}

const REST: Rows = &[
    (
        "somebody else has the address",
        |world| to(world, &world.ann(), world.ann().email()),
        refused!(Taken(IdentifierKind::EMAIL)),
        NOTHING,
    ),
    ("the accounts are away", |world| without(world, |ports| &ports.accounts), Failed, NOTHING),
    ("the proofs are away", |world| without(world, |ports| &ports.proofs), Failed, NOTHING),
    (
        "the sessions are away, and a first address needs presence",
        |world| first_without_sudo(world.without(|ports| &ports.sessions), &world.passwordless()),
        Failed,
        NOTHING,
    ),
];

fn without(world: &World, port: fn(&Ports) -> &MemoryStores) -> Request {
    of_ann(world.without(port))
}

#[tokio::test]
async fn rules_are_asked_before_an_anonymous_user_becomes_an_ordinary_one() {
    let (mut world, rule) = (World::new(), FakeRule::new(Says::No("not from there"), OnFailure::Refuse));
    world.rules.asked = vec![rule.clone()];
    let person = world.anonymous();
    let request = first_without_sudo(&world, &person);
    let outcome = run(&world, request.clone()).await;
    let Err(Halt::Refused(Conversion(ConversionRefusal::Rule(RefusedByRule { text })))) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(text, "not from there");
    rule.say(Says::Yes);
    run(&world, request.clone()).await.expect("the proof is unspent");
    rule.say(Says::No("too late"));
    run(&world, request).await.expect("nobody is asked about a repeated request");
    let asked = rule.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!((asked[1].anonymous, asked[1].scenario.as_str()), (Some(person.id()), "phone_number"));
    assert_eq!(asked[1].identifiers, [address_of(&world, &person)]);
}

/// The one address of somebody.
fn address_of(world: &World, person: &Person) -> Identifier {
    world.account(person.id()).identifiers.remove(0).identifier
}

#[tokio::test]
async fn rules_are_not_asked_about_those_who_are_users_already() {
    let (mut world, rule) = (World::new(), FakeRule::new(Says::No("no"), OnFailure::Refuse));
    world.rules.asked = vec![rule.clone()];
    run(&world, of_ann(&world)).await.expect("Ann changes her address");
    assert!(rule.asked().is_empty());
}

#[tokio::test]
async fn nobody_becomes_an_ordinary_user_by_a_way_that_is_closed_to_the_client() {
    let mut world = World::new();
    world.rules.clients = by_phone_number_only();
    let person = world.anonymous();
    let by_email = ChangeContactCommand { sudo_token: None, ..to(&world, &person, &samples::sample_email()).1 };
    let outcome = run(&world, (world.caller(&person), by_email)).await;
    let Err(Halt::Refused(Conversion(ConversionRefusal::ScenarioClosed(scenario)))) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(scenario, "email");
    run(&world, first_without_sudo(&world, &person)).await.expect("a phone number is open");
    run(&world, of_ann(&world)).await.expect("and a user has what addresses there are");
}
