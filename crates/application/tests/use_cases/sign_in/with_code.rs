//! Signing in with the proof that a code earned.

use std::sync::atomic::Ordering;

use auth_application::kit::{Halt, ProofProblem, Tokens};
use auth_application::sign_in::CodeSignInRefusal::{Blocked, Mismatch, NoSuchUser, VerificationToken};
use auth_application::sign_in::{CodeCommand, CodeSignInRefusal};
use auth_contracts::samples::{self, SampleAccount};
use auth_domain::events::EventKind;
use auth_domain::identifier::IdentifierKind;
use auth_domain::proofs::ProofToken;
use auth_memory::MemoryStores;
use secrecy::SecretString;

use crate::table::Expected::{Done, Failed, Undecided};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{Origins as _, Person, Ports, World, at_once, secret};

type Rows = &'static [Row<CodeCommand, Tokens, CodeSignInRefusal>];

const SIGNED_IN: Effects = Effects { changed: 1, begun: 1, spent: 1, events: &[EventKind::SignedIn], ..NOTHING };
const REPEATED: Effects = Effects { begun: 1, events: &[EventKind::SignedIn], ..NOTHING };
const WRITTEN_DOWN: Effects = Effects { events: &[EventKind::SignInFailed], ..NOTHING };

fn with(token: SecretString) -> CodeCommand {
    CodeCommand { token, login: None, origin: samples::sample_origin() }
}

/// A sign-in with a valid proof of the person's address.
fn of(world: &World, person: &Person) -> CodeCommand {
    with(world.proof_of_address(person.email()))
}

fn of_ann_without(world: &World, port: fn(&Ports) -> &MemoryStores) -> CodeCommand {
    of(world.without(port), &world.ann())
}

async fn run(world: &World, command: CodeCommand) -> Result<Tokens, Halt<CodeSignInRefusal>> {
    world.sign_in_with_code().run(command).await
}

/// The same request came before; its answer may have been lost.
fn done_before(world: &World, command: CodeCommand) -> CodeCommand {
    at_once(run(world, command.clone())).expect("signed in");
    command
}

fn is_signed_in(world: &World, _: &CodeCommand, tokens: Tokens) {
    let caller = world.caller_with(&tokens);
    assert_eq!((caller.account.id, caller.claims.method.name()), (tokens.user, "email"));
    let email = caller.account.identifier(IdentifierKind::EMAIL).expect("they have an address");
    assert!(email.verified_at.is_some(), "who controls the address has proven it");
}

#[test]
fn who_controls_an_address_is_signed_in() {
    check(ADMITTED, run);
}

const ADMITTED: Rows = &[
    ("a proof of an address", |world| of(world, &world.ann()), Done(is_signed_in), SIGNED_IN),
    (
        "in the last second of the proof",
        |world| {
            let command = of(world, &world.ann());
            world.pass(599);
            command
        },
        Done(is_signed_in),
        SIGNED_IN,
    ),
    (
        "with the address beside it, spelled otherwise",
        |world| {
            let ann = world.ann();
            CodeCommand { login: Some(format!(" {} ", ann.email().shown().to_uppercase())), ..of(world, &ann) }
        },
        Done(is_signed_in),
        SIGNED_IN,
    ),
    (
        "with another login name of theirs beside it",
        |world| {
            let ann = world.ann();
            let username = ann.named(IdentifierKind::USERNAME).shown().to_owned();
            CodeCommand { login: Some(username), ..of(world, &ann) }
        },
        Done(is_signed_in),
        SIGNED_IN,
    ),
    (
        "an address that an operator wrote down",
        |world| {
            let address = samples::sample_email();
            world.person(SampleAccount::new().with_identifier(address.clone(), None));
            with(world.proof_of_address(&address))
        },
        Done(is_signed_in),
        SIGNED_IN,
    ),
    (
        "asked for in the instant in which the account got the address",
        |world| {
            let ann = world.ann();
            with(world.proof_asked_for_at(0, ann.email()))
        },
        Done(is_signed_in),
        SIGNED_IN,
    ),
    (
        "the same request again",
        |world| {
            let command = done_before(world, of(world, &world.ann()));
            world.pass(119);
            command
        },
        Done(is_signed_in),
        REPEATED,
    ),
    (
        "the same request twice at once",
        |world| {
            let command = of(world, &world.ann());
            let twin = command.clone();
            world.meanwhile(|world| drop(done_before(world, twin)));
            command
        },
        Done(is_signed_in),
        Effects { begun: 2, events: &[EventKind::SignedIn, EventKind::SignedIn], ..SIGNED_IN },
    ),
];

#[test]
fn a_token_that_is_not_good_signs_nobody_in() {
    check(UNPROVEN, run);
}

const UNPROVEN: Rows = &[
    ("no token", |_| with(secret("?")), refused!(VerificationToken(ProofProblem::Unknown)), NOTHING),
    (
        "a token that nobody was given",
        |_| with(ProofToken::new([7; 32]).expose().into()),
        refused!(VerificationToken(ProofProblem::Unknown)),
        NOTHING,
    ),
    (
        "ten minutes old",
        |world| {
            let command = of(world, &world.ann());
            world.pass(600);
            command
        },
        refused!(VerificationToken(ProofProblem::Expired)),
        NOTHING,
    ),
    (
        "given to another client",
        |world| {
            let command = of(world, &world.ann());
            CodeCommand { origin: command.origin.at_another_client(), ..command }
        },
        refused!(VerificationToken(ProofProblem::OtherClient)),
        NOTHING,
    ),
    (
        "of an identity at a third party",
        |world| with(world.proof_of_identity(&samples::sample_external_profile())),
        refused!(VerificationToken(ProofProblem::OtherSubject)),
        NOTHING,
    ),
    (
        "spent by another request",
        |world| {
            let command = done_before(world, of(world, &world.ann()));
            CodeCommand { login: Some("ann".to_owned()), ..command }
        },
        refused!(VerificationToken(ProofProblem::Spent)),
        NOTHING,
    ),
    (
        "spent by the same request two minutes ago",
        |world| {
            let command = done_before(world, of(world, &world.ann()));
            world.pass(120);
            command
        },
        refused!(VerificationToken(ProofProblem::Spent)),
        NOTHING,
    ),
    (
        "spent by the same request, whose answer arrived",
        |world| {
            let command = of(world, &world.ann());
            let tokens = at_once(run(world, command.clone())).expect("signed in");
            at_once(world.refresh_session().run(&tokens.refresh_token, &command.origin)).expect("it goes on");
            command
        },
        refused!(VerificationToken(ProofProblem::Spent)),
        NOTHING,
    ),
];

#[test]
fn a_proof_is_not_spent_on_who_may_not_sign_in() {
    check(REFUSED, run);
}

const REFUSED: Rows = &[
    (
        "nobody has the address",
        |world| with(world.proof_of_address(&samples::sample_email())),
        refused!(NoSuchUser),
        WRITTEN_DOWN,
    ),
    (
        "nobody has the address, again: one proof, one event",
        |world| {
            let command = with(world.proof_of_address(&samples::sample_email()));
            at_once(run(world, command.clone())).expect_err("refused");
            command
        },
        refused!(NoSuchUser),
        NOTHING,
    ),
    (
        "asked for before there was an account",
        |world| {
            let ann = world.ann();
            with(world.proof_asked_for_at(-1, ann.email()))
        },
        refused!(VerificationToken(ProofProblem::BeforeTheAccount)),
        WRITTEN_DOWN,
    ),
    (
        "asked for before there was an account, which is blocked: that is not told",
        |world| {
            let ann = world.ann();
            world.block(ann.id());
            with(world.proof_asked_for_at(-1, ann.email()))
        },
        refused!(VerificationToken(ProofProblem::BeforeTheAccount)),
        WRITTEN_DOWN,
    ),
    (
        "beside somebody else's name",
        |world| {
            let other = world.ann().named(IdentifierKind::USERNAME).shown().to_owned();
            CodeCommand { login: Some(other), ..of(world, &world.ann()) }
        },
        refused!(Mismatch),
        WRITTEN_DOWN,
    ),
    (
        "beside what is no name",
        |world| CodeCommand { login: Some("!".to_owned()), ..of(world, &world.ann()) },
        refused!(Mismatch),
        WRITTEN_DOWN,
    ),
    (
        "blocked",
        |world| {
            let ann = world.ann();
            world.block(ann.id());
            of(world, &ann)
        },
        refused!(Blocked),
        WRITTEN_DOWN,
    ),
    (
        "blocked in this moment",
        |world| {
            let ann = world.ann();
            let user = ann.id();
            world.meanwhile(move |world| world.block(user));
            of(world, &ann)
        },
        refused!(Blocked),
        Effects { changed: 1, ended: 1, events: &[EventKind::UserBlocked], ..NOTHING },
    ),
    (
        "the address is replaced in this moment",
        |world| {
            let ann = world.ann();
            let user = ann.id();
            world.meanwhile(move |world| world.readdress(user, samples::sample_email()));
            of(world, &ann)
        },
        refused!(NoSuchUser),
        Effects { changed: 1, events: &[EventKind::ContactChanged], ..NOTHING },
    ),
];

#[test]
fn a_failure_costs_nothing() {
    check(FAILING, run);
}

const FAILING: Rows = &[
    ("the accounts are away", |world| of_ann_without(world, |ports| &ports.accounts), Failed, NOTHING),
    ("the proofs are away", |world| of_ann_without(world, |ports| &ports.proofs), Failed, NOTHING),
    ("the sessions are away", |world| of_ann_without(world, |ports| &ports.sessions), Failed, NOTHING),
    (
        "there is no key to sign with",
        |world| {
            world.tokens.fails.store(true, Ordering::Relaxed);
            of(world, &world.ann())
        },
        Failed,
        NOTHING,
    ),
    (
        "the events are away, and somebody is refused",
        |world| {
            world.ports.events.set_failing(true);
            with(world.proof_of_address(&samples::sample_email()))
        },
        Undecided,
        NOTHING,
    ),
];
