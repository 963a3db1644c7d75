//! Signing in with a password, which takes as long for known as for unknown names.

use std::sync::atomic::Ordering;

use auth_application::kit::{Failure, Halt, OverBudget, PasswordTries, Tokens, TooOften};
use auth_application::sign_in::PasswordSignInRefusal::{Blocked, PasswordNotSet, TooManyTries, WrongPassword};
use auth_application::sign_in::{PasswordCommand, PasswordSignInRefusal};
use auth_contracts::samples::{self, SampleAccount};
use auth_domain::credentials::PasswordHash;
use auth_domain::events::EventKind;
use auth_domain::identifier::IdentifierKind;
use auth_memory::MemoryStores;
use auth_ports::AccountStore as _;
use chrono::TimeDelta;

use crate::fakes::{hash_of, outdated_hash_of};
use crate::table::Expected::{Done, Failed, Undecided};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{PASSWORD, Person, Ports, World, at_once, once_per, tries};

type Hash = fn(&str) -> PasswordHash;
type Rows = &'static [Row<PasswordCommand, Tokens, PasswordSignInRefusal>];

const SIGNED_IN: Effects = Effects { changed: 1, begun: 1, events: &[EventKind::SignedIn], ..NOTHING };
const WRITTEN_DOWN: Effects = Effects { events: &[EventKind::SignInFailed], ..NOTHING };

fn try_at(login: &str, password: &str) -> PasswordCommand {
    PasswordCommand { login: login.to_owned(), password: password.into(), origin: samples::sample_origin() }
}

/// A sign-in with the person's address and the right password.
fn right(person: &Person) -> PasswordCommand {
    try_at(person.email().shown(), PASSWORD)
}

fn wrong(person: &Person) -> PasswordCommand {
    try_at(person.email().shown(), "AnotherPass123!")
}

async fn run(world: &World, command: PasswordCommand) -> Result<Tokens, Halt<PasswordSignInRefusal>> {
    world.sign_in_with_password().run(command).await
}

/// Somebody whose hash was made with outdated parameters.
fn old_timer(world: &World) -> Person {
    let mut sample = SampleAccount::new().with_email();
    sample.account.password = Some(outdated_hash_of(PASSWORD));
    world.person(sample)
}

fn is_signed_in(world: &World, command: &PasswordCommand, tokens: Tokens) {
    let caller = world.caller_with(&tokens);
    let email = caller.account.identifier(IdentifierKind::EMAIL).expect("they have an address");
    let by_address = command.login.to_lowercase().contains(email.identifier.canonical());
    assert_eq!(caller.claims.method.name(), if by_address { "email" } else { "username" });
    let stored = caller.account.password.expect("they have a password");
    assert!([hash_of(PASSWORD), outdated_hash_of(PASSWORD)].contains(&stored));
}

#[test]
fn who_knows_the_password_is_signed_in() {
    check(ADMITTED, run);
}

const ADMITTED: Rows = &[
    ("under the address", |world| right(&world.ann()), Done(is_signed_in), SIGNED_IN),
    (
        "under the address, spelled otherwise",
        |world| try_at(&format!(" {} ", world.ann().email().shown().to_uppercase()), PASSWORD),
        Done(is_signed_in),
        SIGNED_IN,
    ),
    (
        "under the username",
        |world| try_at(world.ann().named(IdentifierKind::USERNAME).shown(), PASSWORD),
        Done(is_signed_in),
        SIGNED_IN,
    ),
    (
        "with a hash of the past, which is renewed",
        |world| right(&old_timer(world)),
        Done(|world, _, tokens| assert_eq!(world.account(tokens.user).password, Some(hash_of(PASSWORD)))),
        SIGNED_IN,
    ),
    (
        "with a hash of the past, which cannot be renewed now",
        |world| {
            world.meanwhile(|world| world.ports.accounts.set_failing(true));
            right(&old_timer(world))
        },
        Done(|world, _, tokens| assert_eq!(world.account(tokens.user).password, Some(outdated_hash_of(PASSWORD)))),
        SIGNED_IN,
    ),
    (
        "with a hash of the past, which is renewed by the same request, sent twice",
        |world| {
            let person = old_timer(world);
            let twin = right(&person);
            world.meanwhile(|world| drop(at_once(run(world, twin)).expect("signed in")));
            right(&person)
        },
        Done(is_signed_in),
        Effects { begun: 2, events: &[EventKind::SignedIn, EventKind::SignedIn], ..SIGNED_IN },
    ),
    (
        "with a hash of the past, which the network may not have renewed now",
        |world| {
            world.rules.hashes = [Some(once_per(60)), None];
            right(&old_timer(world))
        },
        Done(|world, _, tokens| assert_eq!(world.account(tokens.user).password, Some(outdated_hash_of(PASSWORD)))),
        SIGNED_IN,
    ),
    (
        "after wrong tries, as often as the limit allows",
        |world| {
            let ann = after_tries(world, 2);
            world.pass(30);
            right(&ann)
        },
        Done(is_signed_in),
        SIGNED_IN,
    ),
    (
        "after a right try, which forgets the wrong ones of the network",
        |world| {
            world.rules.tries = Some(PasswordTries { per_account_and_network: tries(2).per_account, ..tries(9) });
            let ann = world.ann();
            for command in [wrong(&ann), right(&ann), wrong(&ann)] {
                drop(at_once(run(world, command)));
            }
            right(&ann)
        },
        Done(is_signed_in),
        Effects { changed: 0, ..SIGNED_IN },
    ),
];

/// Ann, after somebody has tried passwords at her account as often as is allowed within a minute.
fn after_tries(world: &mut World, allowed: u32) -> Person {
    world.rules.tries = Some(tries(allowed));
    let ann = world.ann();
    for _ in 0..allowed {
        at_once(run(world, wrong(&ann))).expect_err("wrong");
    }
    ann
}

#[test]
fn who_does_not_know_it_is_refused() {
    check(REFUSED, run);
}

const REFUSED: Rows = &[
    ("nobody's name", |_| try_at("nobody@example.com", PASSWORD), refused!(WrongPassword), WRITTEN_DOWN),
    ("no name", |_| try_at("!", PASSWORD), refused!(WrongPassword), WRITTEN_DOWN),
    ("another password", |world| wrong(&world.ann()), refused!(WrongPassword), WRITTEN_DOWN),
    (
        "what is too long for a password",
        |world| try_at(world.ann().email().shown(), &"x".repeat(10_000)),
        refused!(WrongPassword),
        WRITTEN_DOWN,
    ),
    ("there is no password", |world| right(&world.passwordless()), refused!(PasswordNotSet), WRITTEN_DOWN),
    (
        "there is no password, and existence is not revealed",
        |world| {
            world.rules.reveal_existence = false;
            right(&world.passwordless())
        },
        refused!(WrongPassword),
        WRITTEN_DOWN,
    ),
    ("blocked", |world| right(&blocked(world)), refused!(Blocked), WRITTEN_DOWN),
    ("blocked, with another password", |world| wrong(&blocked(world)), refused!(WrongPassword), WRITTEN_DOWN),
    (
        "more often than the limit allows",
        |world| right(&after_tries(world, 2)),
        refused!(TooManyTries(OverBudget::TooOften(TooOften { retry_after, .. })) if *retry_after == TimeDelta::seconds(30)),
        NOTHING,
    ),
    (
        "more than the network may have checked, at whomever",
        |world| {
            world.rules.hashes = [Some(once_per(60)), None];
            let ann = world.ann();
            at_once(run(world, try_at("nobody@example.com", PASSWORD))).expect_err("wrong");
            right(&ann)
        },
        refused!(TooManyTries(OverBudget::TooOften(TooOften { retry_after, .. })) if *retry_after == TimeDelta::minutes(1)),
        NOTHING,
    ),
    (
        "more often than the limit allows, at nobody",
        |world| {
            world.rules.tries = Some(tries(1));
            at_once(run(world, try_at("nobody@example.com", PASSWORD))).expect_err("wrong");
            try_at("nobody@example.com", PASSWORD)
        },
        refused!(TooManyTries(_)),
        NOTHING,
    ),
];

fn blocked(world: &World) -> Person {
    let ann = world.ann();
    world.block(ann.id());
    ann
}

#[test]
fn what_happens_between_the_check_and_the_session_counts() {
    check(MEANWHILE, run);
}

const MEANWHILE: Rows = &[
    (
        "blocked",
        |world| ann_while(world, |world, ann| world.block(ann.id())),
        refused!(Blocked),
        Effects { changed: 1, ended: 1, events: &[EventKind::UserBlocked, EventKind::SignInFailed], ..NOTHING },
    ),
    (
        "gone",
        |world| ann_while(world, |world, ann| world.remove(ann.id())),
        refused!(WrongPassword),
        Effects { gone: 1, ended: 1, events: &[EventKind::AccountDeleted, EventKind::SignInFailed], ..NOTHING },
    ),
    (
        "another password",
        |world| ann_while(world, |world, ann| world.change_password(ann.id(), hash_of("AnotherPass123!"))),
        refused!(WrongPassword),
        Effects { changed: 1, events: &[EventKind::PasswordSet, EventKind::SignInFailed], ..NOTHING },
    ),
    (
        "the same password with another hash",
        |world| ann_while(world, |world, ann| renew(world, ann, hash_of(PASSWORD), outdated_hash_of(PASSWORD))),
        Done(is_signed_in),
        SIGNED_IN,
    ),
    (
        "the same password with another hash, time and again",
        |world| {
            let ann = world.ann();
            let command = right(&ann);
            for (old, new) in [(hash_of as Hash, outdated_hash_of as Hash), (outdated_hash_of, hash_of)] {
                let ann = ann.clone();
                world.while_hashing(move |world| renew(world, &ann, old(PASSWORD), new(PASSWORD)));
            }
            command
        },
        refused!(WrongPassword),
        WRITTEN_DOWN,
    ),
];

/// Ann signs in while this happens.
fn ann_while(world: &World, deed: fn(&World, &Person)) -> PasswordCommand {
    let ann = world.ann();
    let command = right(&ann);
    world.meanwhile(move |world| deed(world, &ann));
    command
}

fn renew(world: &World, person: &Person, old: PasswordHash, new: PasswordHash) {
    at_once(world.stores.renew_password_hash(person.id(), old, new)).expect("memory answers");
}

#[test]
fn a_failure_costs_nothing() {
    check(FAILING, run);
}

const FAILING: Rows = &[
    ("the accounts are away", |world| ann_without(world, |ports| &ports.accounts), Failed, NOTHING),
    ("the sessions are away", |world| ann_without(world, |ports| &ports.sessions), Failed, NOTHING),
    (
        "the limits are away",
        |world| {
            world.rules.tries = Some(tries(1));
            ann_without(world, |ports| &ports.limits)
        },
        Failed,
        NOTHING,
    ),
    (
        "the events are away, and it is the wrong password",
        |world| wrong(&world.without(|ports| &ports.events).ann()),
        Undecided,
        NOTHING,
    ),
    (
        "too much to hash",
        |world| {
            world.hasher.overloaded.store(true, Ordering::Relaxed);
            right(&world.ann())
        },
        Failed,
        NOTHING,
    ),
    (
        "no room for one more password",
        |world| {
            world.hasher.full.store(true, Ordering::Relaxed);
            right(&world.ann())
        },
        Failed,
        NOTHING,
    ),
    (
        "there is no key to sign with",
        |world| {
            world.tokens.fails.store(true, Ordering::Relaxed);
            right(&world.ann())
        },
        Failed,
        NOTHING,
    ),
];

fn ann_without(world: &World, port: fn(&Ports) -> &MemoryStores) -> PasswordCommand {
    right(&world.without(port).ann())
}

#[tokio::test]
async fn whoever_is_too_much_learns_it_before_anybody_is_looked_for() {
    let world = World::new();
    let command = right(&world.without(|ports| &ports.accounts).ann());
    world.hasher.full.store(true, Ordering::Relaxed);
    match run(&world, command).await {
        Err(Halt::Failed(Failure::Unavailable { retry_after, .. })) => assert_eq!(retry_after.as_secs(), 3),
        other => panic!("expected to be told to come back, got {other:?}"),
    }
}
