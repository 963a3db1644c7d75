//! Signing up with a voucher, that is, evidence of a team's own; here an invitation code.

use auth_application::sign_up::SignUpCommand;
use auth_application::sign_up::SignUpRefusal::{NotAnonymous, Taken, VoucherUnusable};
use auth_domain::events::EventKind;
use auth_domain::identifier::IdentifierKind;
use auth_domain::vouchers::VoucherKind;

use super::{REPEATED, Rows, SIGNED_UP, done_before, invited, invited_by, out_of, run};
use crate::table::Expected::{Done, Failed};
use crate::table::{Effects, NOTHING, check, refused};
use crate::world::{Origins as _, PASSWORD, World, at_once};

/// A spent voucher is remembered as a proof, which was not there before.
const INVITED: Effects = Effects { proven: 1, ..SIGNED_UP };

fn code_of(command: &SignUpCommand) -> &str {
    &command.own[0].1
}

#[test]
fn who_is_invited_signs_up() {
    check(ADMITTED, run);
}

const ADMITTED: Rows = &[
    (
        "a code and nothing else",
        |world| invited(world),
        Done(|world, command, tokens| {
            assert_eq!(world.invitations.used_by(code_of(command)), Some(tokens.user));
            let caller = world.caller_with(&tokens);
            assert_eq!((caller.claims.method.name(), caller.account.identifiers.len()), ("invitation", 0));
        }),
        INVITED,
    ),
    (
        "a code, a username and a password",
        |world| named(invited(world), "Annabel"),
        Done(|world, _, tokens| {
            let account = world.account(tokens.user);
            let username = account.identifier(IdentifierKind::USERNAME).expect("a username");
            assert_eq!((username.identifier.shown(), account.password.is_some()), ("Annabel", true));
        }),
        INVITED,
    ),
    (
        "an anonymous user, who keeps the id",
        |world| out_of(&world.anonymous(), invited(world)),
        Done(|world, command, tokens| {
            let (user, _) = command.anonymous_user.expect("there is one");
            assert_eq!((tokens.user, world.invitations.used_by(code_of(command))), (user, Some(user)));
        }),
        Effects { made: 0, changed: 1, ended: 1, ..INVITED },
    ),
];

fn named(command: SignUpCommand, username: &str) -> SignUpCommand {
    SignUpCommand { username: Some(username.to_owned()), password: Some(PASSWORD.into()), ..command }
}

#[test]
fn the_same_request_again_is_answered_again() {
    check(AGAIN, run);
}

const TWICE: Effects = Effects { begun: 2, events: &[EventKind::SignedUp, EventKind::SignedIn], ..INVITED };

const AGAIN: Rows = &[
    (
        "within two minutes",
        |world| {
            let command = done_before(world, invited(world));
            world.pass(119);
            command
        },
        Done(|world, command, tokens| {
            assert_eq!(world.invitations.used_by(code_of(command)), Some(tokens.user));
            assert_eq!(world.caller_with(&tokens).claims.method.name(), "invitation");
        }),
        REPEATED,
    ),
    ("with a password", |world| done_before(world, named(invited(world), "Annabel")), Done(|_, _, _| ()), REPEATED),
    (
        "of who was anonymous",
        |world| done_before(world, out_of(&world.anonymous(), invited(world))),
        Done(|_, _, _| ()),
        REPEATED,
    ),
    ("twice at once", |world| at_the_same_time(world, invited(world)), Done(|_, _, _| ()), TWICE),
    (
        "twice at once, with a name and a password",
        |world| at_the_same_time(world, named(invited(world), "Annabel")),
        Done(|_, _, _| ()),
        TWICE,
    ),
];

fn at_the_same_time(world: &World, command: SignUpCommand) -> SignUpCommand {
    let twin = command.clone();
    world.meanwhile(|world| drop(done_before(world, twin)));
    command
}

#[test]
fn a_code_signs_up_one_person() {
    check(REFUSED, run);
}

const KIND: &str = "invitation_code";

const REFUSED: Rows = &[
    (
        "an unknown code",
        |_| invited_by("WELCOME-0".to_owned()),
        refused!(VoucherUnusable(kind) if *kind == VoucherKind::new(KIND)),
        NOTHING,
    ),
    (
        "an unknown code with a taken name and a password",
        |world| {
            let taken = world.ann().named(IdentifierKind::USERNAME).shown().to_owned();
            named(invited_by("WELCOME-0".to_owned()), &taken)
        },
        refused!(VoucherUnusable(_)),
        NOTHING,
    ),
    (
        "a code that somebody used",
        |world| {
            let command = done_before(world, invited(world));
            SignUpCommand { name: Some("Ann".to_owned()), ..command }
        },
        refused!(VoucherUnusable(_)),
        NOTHING,
    ),
    (
        "the same request after two minutes",
        |world| {
            let command = done_before(world, invited(world));
            world.pass(120);
            command
        },
        refused!(VoucherUnusable(_)),
        NOTHING,
    ),
    (
        "the same request with another password",
        |world| {
            let command = done_before(world, named(invited(world), "Annabel"));
            SignUpCommand { password: Some("another pass phrase".into()), ..command }
        },
        refused!(VoucherUnusable(_)),
        NOTHING,
    ),
    (
        "the same request from another client",
        |world| {
            let command = done_before(world, invited(world));
            let origin = command.origin.clone().at_another_client();
            SignUpCommand { origin, ..command }
        },
        refused!(VoucherUnusable(_)),
        NOTHING,
    ),
    (
        "somebody else was faster",
        |world| {
            let command = invited(world);
            let rival = SignUpCommand { name: Some("Bob".to_owned()), ..command.clone() };
            world.meanwhile(|world| drop(done_before(world, rival)));
            command
        },
        refused!(VoucherUnusable(_)),
        INVITED,
    ),
];

#[test]
fn a_refusal_leaves_the_code_good() {
    check(SPARED, run);
}

/// Somebody can sign up with the same code afterwards.
const SPARED: Rows = &[
    (
        "a taken name",
        |world| {
            let taken = world.ann().named(IdentifierKind::USERNAME).shown().to_owned();
            SignUpCommand { username: Some(taken), ..invited(world) }
        },
        refused!(Taken(IdentifierKind::USERNAME)),
        NOTHING,
    ),
    ("who is not anonymous", |world| out_of(&world.ann(), invited(world)), refused!(NotAnonymous), NOTHING),
    (
        "after a taken name",
        |world| {
            let taken = world.ann().named(IdentifierKind::USERNAME).shown().to_owned();
            let command = invited(world);
            let refused = SignUpCommand { username: Some(taken), ..command.clone() };
            at_once(run(world, refused)).expect_err("the name is taken");
            command
        },
        Done(|world, command, tokens| {
            assert_eq!(world.invitations.used_by(code_of(command)), Some(tokens.user));
        }),
        INVITED,
    ),
    (
        "after a failure of the store",
        |world| {
            let command = invited(world);
            world.without(|ports| &ports.accounts);
            command
        },
        Failed,
        NOTHING,
    ),
];
