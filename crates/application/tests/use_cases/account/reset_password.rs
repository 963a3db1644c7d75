//! Setting a new password with a code.

use std::sync::atomic::Ordering;

use auth_application::account::ResetPasswordRefusal::{Blocked, NoSuchUser, Password, TooOften, VerificationToken};
use auth_application::account::{ResetCommand, ResetPasswordRefusal};
use auth_application::kit::{self, Halt, OverBudget, ProofProblem};
use auth_contracts::samples::{self, SampleAccount};
use auth_domain::credentials::PasswordError;
use auth_domain::events::EventKind;
use auth_domain::identifier::{Identifier, IdentifierError, IdentifierKind};
use auth_memory::MemoryStores;
use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};

use crate::fakes::hash_of;
use crate::table::Expected::{Done, Failed, Undecided};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{Origins as _, Ports, World, at_once, once_per, secret};

type Rows = &'static [Row<ResetCommand, (), ResetPasswordRefusal>];

/// All sessions end.
const RESET: Effects = Effects { changed: 1, ended: 2, spent: 1, events: &[EventKind::PasswordSet], ..NOTHING };
const WRITTEN_DOWN: Effects = Effects { events: &[EventKind::SignInFailed], ..NOTHING };
const NEW: &str = "SamplePass456$%^";

async fn run(world: &World, command: ResetCommand) -> Result<(), Halt<ResetPasswordRefusal>> {
    world.reset_password().run(command).await
}

/// A reset for whoever has this address, with a proof.
fn at(world: &World, address: &Identifier) -> ResetCommand {
    ResetCommand {
        kind: address.kind(),
        address: address.shown().to_owned(),
        token: world.proof_of_address(address),
        new_password: secret(NEW),
        origin: samples::sample_origin(),
    }
}

/// A reset by Ann, who has two sessions.
fn of_ann(world: &World) -> ResetCommand {
    let ann = world.ann();
    world.another_session(&ann);
    at(world, ann.email())
}

fn with_token(world: &World, token: SecretString) -> ResetCommand {
    ResetCommand { token, ..of_ann(world) }
}

fn done_before(world: &World, command: ResetCommand) -> ResetCommand {
    at_once(run(world, command.clone())).expect("reset");
    command
}

/// A reset by Ann, who has two sessions, some days after somebody bound an identity to her account.
fn of_robbed_ann(world: &World, days: i64) -> ResetCommand {
    let ann = world.ann();
    world.another_session(&ann);
    world.bind(ann.id(), samples::sample_external_profile());
    world.pass(days * 86_400);
    at(world, ann.email())
}

/// How many identities the newest account has.
fn identities(world: &World) -> usize {
    world.stores.accounts().pop().expect("it is there").external_identities.len()
}

/// The password is the new one, and the address is proven.
fn is_reset(world: &World, command: &ResetCommand, (): ()) {
    let owner = world.owner(&samples::spelled_email(&command.address)).expect("it is somebody's");
    let account = world.account(owner);
    assert_eq!(account.password, Some(hash_of(command.new_password.expose_secret())));
    let email = account.identifier(IdentifierKind::EMAIL).expect("they have an address");
    assert!(email.verified_at.is_some(), "whoever resets has proven it");
}

#[test]
fn who_controls_the_address_sets_the_password() {
    check(RESETS, run);
}

const RESETS: Rows = &[
    ("in place of another", |world| of_ann(world), Done(is_reset), RESET),
    (
        "where there was none",
        |world| at(world, world.passwordless().email()),
        Done(is_reset),
        Effects { ended: 1, ..RESET },
    ),
    (
        "with an address that an operator wrote down",
        |world| {
            let address = samples::sample_email();
            world.person(SampleAccount::new().with_identifier(address.clone(), None));
            at(world, &address)
        },
        Done(is_reset),
        Effects { ended: 1, ..RESET },
    ),
    (
        "what was added after the address goes",
        |world| of_robbed_ann(world, 0),
        Done(|world, command, ()| {
            is_reset(world, command, ());
            assert_eq!(identities(world), 0, "whoever added it could come back");
        }),
        RESET,
    ),
    (
        "what was added long ago stays",
        |world| of_robbed_ann(world, 30),
        Done(|world, command, ()| {
            is_reset(world, command, ());
            assert_eq!(identities(world), 1, "it has been there for 30 days");
        }),
        RESET,
    ),
    (
        "what was added lately stays where nothing is to be removed",
        |world| {
            world.rules.recovery_window = TimeDelta::zero();
            of_robbed_ann(world, 0)
        },
        Done(|world, _, ()| assert_eq!(identities(world), 1, "the setting says so")),
        RESET,
    ),
    (
        "the same request again",
        |world| {
            let command = done_before(world, of_ann(world));
            world.pass(119);
            command
        },
        Done(is_reset),
        NOTHING,
    ),
    (
        "the same request twice at once",
        |world| {
            let command = of_ann(world);
            let twin = command.clone();
            world.meanwhile(|world| drop(done_before(world, twin)));
            command
        },
        Done(is_reset),
        RESET,
    ),
];

#[test]
fn the_request_must_be_right_and_the_proof_good() {
    check(UNPROVEN, run);
}

const UNPROVEN: Rows = &[
    (
        "what is no address",
        |world| ResetCommand { address: "ann".to_owned(), ..of_ann(world) },
        refused!(ResetPasswordRefusal::Identifier(IdentifierError { kind: IdentifierKind::EMAIL, .. })),
        NOTHING,
    ),
    (
        "an address of a kind that nobody knows",
        |world| ResetCommand { kind: IdentifierKind::new("employee_number"), ..of_ann(world) },
        refused!(VerificationToken(ProofProblem::OtherSubject)),
        NOTHING,
    ),
    (
        "a common password",
        |world| ResetCommand { new_password: secret("password123"), ..of_ann(world) },
        refused!(Password(PasswordError::Common)),
        NOTHING,
    ),
    (
        "their own address as the password",
        |world| {
            let command = of_ann(world);
            ResetCommand { new_password: secret(&command.address), ..command }
        },
        refused!(Password(PasswordError::Personal)),
        NOTHING,
    ),
    ("no token", |world| with_token(world, secret("?")), refused!(VerificationToken(ProofProblem::Unknown)), NOTHING),
    (
        "ten minutes old",
        |world| {
            let command = of_ann(world);
            world.pass(600);
            command
        },
        refused!(VerificationToken(ProofProblem::Expired)),
        NOTHING,
    ),
    (
        "given to another client",
        |world| ResetCommand { origin: samples::sample_origin().at_another_client(), ..of_ann(world) },
        refused!(VerificationToken(ProofProblem::OtherClient)),
        NOTHING,
    ),
    (
        "of another address",
        |world| with_token(world, world.proof_of_address(&samples::sample_email())),
        refused!(VerificationToken(ProofProblem::OtherSubject)),
        NOTHING,
    ),
    (
        "of their presence",
        |world| with_token(world, world.proof_of_presence(&world.ann())),
        refused!(VerificationToken(ProofProblem::OtherSubject)),
        NOTHING,
    ),
    (
        "spent by the same request with another password",
        |world| ResetCommand { new_password: secret("AnotherPass123!"), ..done_before(world, of_ann(world)) },
        refused!(VerificationToken(ProofProblem::Spent)),
        NOTHING,
    ),
    (
        "spent by the same request two minutes ago",
        |world| {
            let command = done_before(world, of_ann(world));
            world.pass(120);
            command
        },
        refused!(VerificationToken(ProofProblem::Spent)),
        NOTHING,
    ),
    (
        "expired by the time the password is hashed",
        |world| {
            world.meanwhile(|world| world.pass(600));
            of_ann(world)
        },
        refused!(VerificationToken(ProofProblem::Expired)),
        NOTHING,
    ),
];

#[test]
fn a_proof_is_not_spent_on_who_is_not_there() {
    check(REFUSED, run);
}

const REFUSED: Rows = &[
    ("nobody has the address", |world| at(world, &samples::sample_email()), refused!(NoSuchUser), WRITTEN_DOWN),
    (
        "nobody has the address, again: one proof, one event",
        |world| {
            let command = at(world, &samples::sample_email());
            at_once(run(world, command.clone())).expect_err("refused");
            command
        },
        refused!(NoSuchUser),
        NOTHING,
    ),
    (
        "asked for before there was an account",
        |world| {
            let command = of_ann(world);
            let address = samples::spelled_email(&command.address);
            ResetCommand { token: world.proof_asked_for_at(-1, &address), ..command }
        },
        refused!(VerificationToken(ProofProblem::BeforeTheAccount)),
        WRITTEN_DOWN,
    ),
    (
        "blocked",
        |world| {
            let ann = world.ann();
            world.block(ann.id());
            at(world, ann.email())
        },
        refused!(Blocked),
        WRITTEN_DOWN,
    ),
    (
        "they get another address in this moment",
        |world| {
            let ann = world.ann();
            let command = at(world, ann.email());
            world.meanwhile(move |world| world.readdress(ann.id(), samples::sample_email()));
            command
        },
        refused!(NoSuchUser),
        Effects { changed: 1, events: &[EventKind::ContactChanged], ..NOTHING },
    ),
    (
        "blocked in this moment",
        |world| {
            let ann = world.ann();
            let command = at(world, ann.email());
            world.meanwhile(move |world| world.block(ann.id()));
            command
        },
        refused!(NoSuchUser),
        Effects { changed: 1, ended: 1, events: &[EventKind::UserBlocked], ..NOTHING },
    ),
    (
        "one more than the account may have hashed",
        |world| {
            world.rules.hashes = [None, Some(once_per(60))];
            let ann = world.ann();
            done_before(world, at(world, ann.email()));
            at(world, ann.email())
        },
        refused!(TooOften(OverBudget::TooOften(kit::TooOften { retry_after, .. })) if *retry_after == TimeDelta::minutes(1)),
        NOTHING,
    ),
];

#[test]
fn a_failure_costs_nothing() {
    check(FAILING, run);
}

const FAILING: Rows = &[
    ("the accounts are away", |world| of_ann_without(world, |ports| &ports.accounts), Failed, NOTHING),
    ("the proofs are away", |world| of_ann_without(world, |ports| &ports.proofs), Failed, NOTHING),
    (
        "the accounts are away by the time the password is hashed",
        |world| {
            world.meanwhile(|world| world.ports.accounts.set_failing(true));
            of_ann(world)
        },
        Failed,
        NOTHING,
    ),
    (
        "too much to hash",
        |world| {
            world.hasher.overloaded.store(true, Ordering::Relaxed);
            of_ann(world)
        },
        Failed,
        NOTHING,
    ),
    (
        "the events are away, and nobody has the address",
        |world| at(world.without(|ports| &ports.events), &samples::sample_email()),
        Undecided,
        NOTHING,
    ),
];

fn of_ann_without(world: &World, port: fn(&Ports) -> &MemoryStores) -> ResetCommand {
    of_ann(world.without(port))
}
