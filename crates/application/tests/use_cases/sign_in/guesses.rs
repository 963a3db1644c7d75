//! Signing in with a password while strangers guess it: they get no further than the limits say, and the owner gets in.

use auth_application::kit::{Halt, Halted as _, Tokens};
use auth_application::sign_in::PasswordSignInRefusal::{TooManyTries, WrongPassword};
use auth_application::sign_in::{PasswordCommand, PasswordSignInRefusal};
use auth_contracts::samples::sample_origin;
use auth_domain::events::EventKind;
use auth_domain::guesses::PasswordGuesses;
use auth_domain::identifier::IdentifierKind;
use auth_domain::limits::Quota;
use auth_domain::origin::{Network, Origin};
use chrono::TimeDelta;

use crate::fakes::{hash_of, outdated_hash_of};
use crate::table::Expected::Done;
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{PASSWORD, Person, World, at_once, tries};

type Rows = &'static [Row<PasswordCommand, Tokens, PasswordSignInRefusal>];

const SIGNED_IN: Effects = Effects { changed: 1, begun: 1, events: &[EventKind::SignedIn], ..NOTHING };
const WRITTEN_DOWN: Effects = Effects { events: &[EventKind::SignInFailed], ..NOTHING };
/// Wrong passwords in a row.
const ROW: u32 = 5;

async fn run(world: &World, command: PasswordCommand) -> Result<Tokens, Halt<PasswordSignInRefusal>> {
    world.sign_in_with_password().run(command).await
}

fn is_signed_in(world: &World, _: &PasswordCommand, tokens: Tokens) {
    drop(world.caller_with(&tokens));
}

/// A request with the right password under this kind of name.
fn right(person: &Person, kind: IdentifierKind, origin: Origin) -> PasswordCommand {
    PasswordCommand { login: person.named(kind).shown().to_owned(), password: PASSWORD.into(), origin }
}

/// A wrong password from a network that nobody else uses.
fn wrong(person: &Person, kind: IdentifierKind, number: u32) -> PasswordCommand {
    PasswordCommand { password: "AnotherPass123!".into(), ..right(person, kind, from(number)) }
}

fn from(number: u32) -> Origin {
    Origin { network: Network::of([198, 51, number.to_be_bytes()[3], 7].into()), ..sample_origin() }
}

/// Ann, after strangers were wrong so many times under this kind of name.
fn guessed(world: &World, kind: IdentifierKind, times: u32) -> Person {
    let ann = world.ann();
    for number in 0..times {
        let refusal = at_once(run(world, wrong(&ann, kind, number))).decided().expect("memory answers");
        assert!(matches!(refusal, Err(WrongPassword)), "try {number}: {:?}", refusal.err());
    }
    ann
}

/// Ann, after a whole row of wrong passwords.
fn after_a_row(world: &mut World) -> Person {
    let in_all = Quota { burst: 1_000, per: TimeDelta::days(1) };
    world.rules.wrong_passwords = Some(PasswordGuesses { per_account: ROW, in_all });
    guessed(world, IdentifierKind::EMAIL, ROW)
}

/// Ann, after one network was wrong as often as it may be in a row, and refused as often.
fn after_half_a_row_by_one_network(world: &mut World) -> Person {
    let in_all = Quota { burst: 1_000, per: TimeDelta::days(1) };
    world.rules.wrong_passwords = Some(PasswordGuesses { per_account: ROW, in_all });
    let ann = world.ann();
    for number in 0..2 * ROW {
        let network = Network::of([198, 51, 1, 10 + number.to_be_bytes()[3]].into());
        let command = wrong(&ann, IdentifierKind::EMAIL, 1);
        let origin = Origin { network, ..command.origin.clone() };
        let refusal = at_once(run(world, PasswordCommand { origin, ..command })).decided().expect("memory answers");
        assert_eq!(matches!(refusal, Err(WrongPassword)), number < ROW / 2, "try {number}");
    }
    ann
}

fn stranger(person: &Person) -> PasswordCommand {
    right(person, IdentifierKind::EMAIL, from(200))
}

fn owner(person: &Person) -> PasswordCommand {
    right(person, IdentifierKind::EMAIL, person.session().origin.clone())
}

#[test]
fn after_a_row_of_wrong_passwords_they_count_from_known_devices() {
    check(IN_A_ROW, run);
}

const IN_A_ROW: Rows = &[
    (
        "one more would be too many",
        |world| {
            let ann = after_a_row(world);
            stranger(&ann)
        },
        refused!(TooManyTries(_)),
        NOTHING,
    ),
    (
        "one network has half of it, and no more",
        |world| {
            let ann = after_half_a_row_by_one_network(world);
            right(&ann, IdentifierKind::EMAIL, from(1))
        },
        refused!(TooManyTries(_)),
        NOTHING,
    ),
    (
        "one network has had its half, which keeps no other out",
        |world| stranger(&after_half_a_row_by_one_network(world)),
        Done(is_signed_in),
        SIGNED_IN,
    ),
    (
        "one less is not enough",
        |world| {
            world.rules.wrong_passwords =
                Some(PasswordGuesses { per_account: ROW + 1, in_all: Quota { burst: 9, per: TimeDelta::days(1) } });
            stranger(&guessed(world, IdentifierKind::EMAIL, ROW))
        },
        Done(is_signed_in),
        SIGNED_IN,
    ),
    (
        "days later it is the same",
        |world| {
            let ann = after_a_row(world);
            world.pass(20 * 86_400);
            stranger(&ann)
        },
        refused!(TooManyTries(_)),
        NOTHING,
    ),
    (
        "the owner, on a device that the account knows",
        |world| owner(&after_a_row(world)),
        Done(is_signed_in),
        SIGNED_IN,
    ),
    (
        "the owner, on that device in a network of strangers",
        |world| {
            let ann = after_a_row(world);
            PasswordCommand { origin: Origin { network: from(1).network, ..owner(&ann).origin }, ..owner(&ann) }
        },
        Done(is_signed_in),
        SIGNED_IN,
    ),
    (
        "a stranger, after the owner has signed in",
        |world| {
            let ann = after_a_row(world);
            world.pass(1);
            drop(at_once(run(world, owner(&ann))).expect("signed in"));
            world.pass(1);
            stranger(&ann)
        },
        Done(is_signed_in),
        SIGNED_IN,
    ),
    (
        "a stranger, after the password was changed to one with another hash",
        |world| {
            let ann = after_a_row(world);
            world.change_password(ann.id(), hash_of("AnotherPass123!"));
            world.change_password(ann.id(), outdated_hash_of(PASSWORD));
            stranger(&ann)
        },
        Done(is_signed_in),
        SIGNED_IN,
    ),
];

#[test]
fn strangers_use_up_nothing_of_a_known_device() {
    check(SHARES, run);
}

const SHARES: Rows = &[
    (
        "strangers used up what the account bears",
        |world| {
            world.rules.tries = Some(tries(3));
            owner(&guessed(world, IdentifierKind::EMAIL, 3))
        },
        Done(is_signed_in),
        SIGNED_IN,
    ),
    (
        "strangers used up what the network may have hashed",
        |world| {
            world.rules.hashes = [Some(tries(1).per_account), None];
            let ann = world.ann();
            let somebody = PasswordCommand { origin: sample_origin(), ..wrong(&world.ann(), IdentifierKind::EMAIL, 0) };
            at_once(run(world, somebody)).expect_err("wrong");
            world.rules.tries = Some(tries(9));
            owner(&ann)
        },
        Done(is_signed_in),
        SIGNED_IN,
    ),
    (
        "the device used up its own",
        |world| {
            world.rules.tries = Some(tries(2));
            let ann = world.ann();
            for _ in 0..2 {
                let command = PasswordCommand { password: "AnotherPass123!".into(), ..owner(&ann) };
                at_once(run(world, command)).expect_err("wrong");
            }
            owner(&ann)
        },
        refused!(TooManyTries(_)),
        NOTHING,
    ),
];

#[test]
fn where_existence_is_hidden_names_of_one_account_are_not_told() {
    check(HIDDEN, run);
}

fn hidden(world: &mut World) {
    world.rules.reveal_existence = false;
}

const HIDDEN: Rows = &[
    (
        "tries at the username leave those at the address",
        |world| {
            hidden(world);
            world.rules.tries = Some(tries(2));
            let ann = world.ann();
            let origin = from(1);
            for _ in 0..2 {
                let command = wrong(&ann, IdentifierKind::USERNAME, 1);
                at_once(run(world, PasswordCommand { origin: origin.clone(), ..command })).expect_err("wrong");
            }
            wrong(&ann, IdentifierKind::EMAIL, 2)
        },
        refused!(WrongPassword),
        WRITTEN_DOWN,
    ),
    (
        "tries under all names together are too many, which nobody is told",
        |world| {
            hidden(world);
            world.rules.tries = Some(tries(2));
            right(&guessed(world, IdentifierKind::USERNAME, 2), IdentifierKind::EMAIL, from(9))
        },
        refused!(WrongPassword),
        WRITTEN_DOWN,
    ),
    (
        "a row of wrong passwords is too long, which nobody is told",
        |world| {
            hidden(world);
            stranger(&after_a_row(world))
        },
        refused!(WrongPassword),
        WRITTEN_DOWN,
    ),
    (
        "the owner gets in nevertheless",
        |world| {
            hidden(world);
            owner(&after_a_row(world))
        },
        Done(is_signed_in),
        SIGNED_IN,
    ),
];
