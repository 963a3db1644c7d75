//! Good evidence for what may not be.

use std::sync::atomic::Ordering;

use auth_application::kit::{self, OverBudget, ProofProblem};
use auth_application::sign_up::SignUpCommand;
use auth_application::sign_up::SignUpRefusal::{
    ExternalIdentityTaken, NotAnonymous, Password, Refused, ScenarioClosed, Taken, TooOften, Username,
    VerificationToken,
};
use auth_contracts::samples::{self, SampleAccount};
use auth_domain::credentials::PasswordError;
use auth_domain::events::EventKind;
use auth_domain::identifier::{IdentifierError, IdentifierKind};
use auth_domain::sign_up::Refusal;
use chrono::TimeDelta;

use super::{
    Rows, SIGNED_UP, by_email, by_email_and_password, by_identity, done_before, empty, naming, out_of, proving, run,
};
use crate::table::{Effects, NOTHING, check, refused};
use crate::world::{PASSWORD, World, by_phone_number_only, once_per, secret};

#[test]
fn not_every_request_is_a_sign_up() {
    check(SCENARIOS, run);
}

const SCENARIOS: Rows = &[
    ("an empty one", |_| empty(), refused!(Refused(Refusal::NoScenario(_))), NOTHING),
    (
        "a name alone",
        |_| SignUpCommand { username: Some("Annabel".to_owned()), ..empty() },
        refused!(Refused(Refusal::NameAlone)),
        NOTHING,
    ),
    (
        "two addresses",
        |world| {
            let mut command = by_email(world);
            command.addresses.extend(naming(&samples::sample_phone_number()).addresses);
            command
        },
        refused!(Refused(Refusal::Ambiguous("phone_number", "email"))),
        NOTHING,
    ),
    (
        "an address without evidence",
        |_| naming(&samples::sample_email()),
        refused!(Refused(Refusal::MissingVerificationToken("email"))),
        NOTHING,
    ),
    (
        "what is no address",
        |world| SignUpCommand { addresses: vec![(IdentifierKind::EMAIL, "ann".to_owned())], ..by_email(world) },
        refused!(Refused(Refusal::Identifier(IdentifierError { kind: IdentifierKind::EMAIL, .. }))),
        NOTHING,
    ),
    (
        "a way that is closed to the client",
        |world| {
            world.rules.clients = by_phone_number_only();
            by_email(world)
        },
        refused!(ScenarioClosed("email")),
        NOTHING,
    ),
];

#[test]
fn every_part_must_be_well_formed() {
    check(PARTS, run);
}

const PARTS: Rows = &[
    (
        "a username of two characters, with an e-mail address",
        |world| SignUpCommand { username: Some("Li".to_owned()), ..by_email(world) },
        refused!(Username(IdentifierError { kind: IdentifierKind::USERNAME, .. })),
        NOTHING,
    ),
    (
        "a short password",
        |world| SignUpCommand { password: Some(secret("kzqwpfx")), ..by_email(world) },
        refused!(Password(PasswordError::Length { min: 8, .. })),
        NOTHING,
    ),
    (
        "a common password",
        |world| SignUpCommand { password: Some(secret("password123")), ..by_email(world) },
        refused!(Password(PasswordError::Common)),
        NOTHING,
    ),
    (
        "their own address as the password",
        |world| {
            let command = by_email(world);
            SignUpCommand { password: Some(secret(&command.addresses[0].1)), ..command }
        },
        refused!(Password(PasswordError::Personal)),
        NOTHING,
    ),
];

#[test]
fn what_somebody_has_nobody_else_gets() {
    check(TAKEN, run);
}

const TAKEN: Rows = &[
    ("the address", |world| proving(world, world.ann().email()), refused!(Taken(IdentifierKind::EMAIL)), NOTHING),
    (
        "the username",
        |world| SignUpCommand { username: Some(name_of_somebody(world)), ..by_email(world) },
        refused!(Taken(IdentifierKind::USERNAME)),
        NOTHING,
    ),
    (
        "the username, which is told before a password is hashed",
        |world| {
            world.hasher.overloaded.store(true, Ordering::Relaxed);
            SignUpCommand { username: Some(name_of_somebody(world)), ..by_email_and_password(world) }
        },
        refused!(Taken(IdentifierKind::USERNAME)),
        NOTHING,
    ),
    (
        "the username, since a moment",
        |world| {
            let username = || Some("Annabel".to_owned());
            let other = SignUpCommand { username: username(), ..by_email(world) };
            world.meanwhile(|world| drop(done_before(world, other)));
            SignUpCommand { username: username(), ..by_email_and_password(world) }
        },
        refused!(Taken(IdentifierKind::USERNAME)),
        SIGNED_UP,
    ),
    (
        "the identity at a third party",
        |world| by_identity(world, world.person(SampleAccount::new().with_external_identity()).identity()),
        refused!(ExternalIdentityTaken),
        NOTHING,
    ),
    (
        "the identity at a third party, which is told before a password is hashed",
        |world| {
            world.hasher.overloaded.store(true, Ordering::Relaxed);
            let somebody = world.person(SampleAccount::new().with_external_identity());
            SignUpCommand { password: Some(secret(PASSWORD)), ..by_identity(world, somebody.identity()) }
        },
        refused!(ExternalIdentityTaken),
        NOTHING,
    ),
];

#[test]
fn passwords_are_hashed_within_a_budget() {
    check(COSTLY, run);
}

const COSTLY: Rows = &[
    (
        "one more with a password than the network may have hashed",
        |world| {
            world.rules.hashes = [Some(once_per(60)), None];
            done_before(world, by_email_and_password(world));
            by_email_and_password(world)
        },
        refused!(TooOften(OverBudget::TooOften(kit::TooOften { retry_after, .. })) if *retry_after == TimeDelta::minutes(1)),
        NOTHING,
    ),
    (
        "the same one again, although it would be the same user",
        |world| {
            world.rules.hashes = [Some(once_per(60)), None];
            done_before(world, by_email_and_password(world))
        },
        refused!(TooOften(_)),
        NOTHING,
    ),
];

fn name_of_somebody(world: &World) -> String {
    world.ann().named(IdentifierKind::USERNAME).shown().to_uppercase()
}

#[test]
fn only_who_is_anonymous_comes_out_of_anonymity() {
    check(NOT_ANONYMOUS, run);
}

const NOT_ANONYMOUS: Rows = &[
    ("somebody with a name", |world| out_of(&world.ann(), by_email(world)), refused!(NotAnonymous), NOTHING),
    (
        "somebody whose session has ended",
        |world| {
            let person = world.anonymous();
            world.sign_out(&person);
            out_of(&person, by_email(world))
        },
        refused!(NotAnonymous),
        NOTHING,
    ),
    (
        "somebody with the session of another",
        |world| {
            let (one, other) = (world.anonymous(), world.anonymous());
            SignUpCommand { anonymous_user: Some((one.id(), other.session().id)), ..by_email(world) }
        },
        refused!(NotAnonymous),
        NOTHING,
    ),
    (
        "somebody who signs up otherwise in this moment",
        |world| {
            let person = world.anonymous();
            let other = out_of(&person, by_email(world));
            world.meanwhile(|world| drop(done_before(world, other)));
            out_of(&person, by_email(world))
        },
        refused!(NotAnonymous),
        Effects { made: 0, changed: 1, ended: 1, ..SIGNED_UP },
    ),
    (
        "somebody who is blocked in this moment",
        |world| {
            let person = world.anonymous();
            let user = person.id();
            world.meanwhile(move |world| world.block(user));
            out_of(&person, by_email(world))
        },
        refused!(NotAnonymous),
        Effects { changed: 1, ended: 1, events: &[EventKind::UserBlocked], ..NOTHING },
    ),
    (
        "somebody who signed up already, with another proof",
        |world| {
            let person = world.anonymous();
            done_before(world, out_of(&person, by_email(world)));
            out_of(&person, by_email(world))
        },
        refused!(NotAnonymous),
        NOTHING,
    ),
    (
        "with the proof of somebody with another session",
        |world| {
            let command = done_before(world, out_of(&world.anonymous(), by_email(world)));
            out_of(&world.anonymous(), command)
        },
        refused!(VerificationToken(ProofProblem::Spent)),
        NOTHING,
    ),
];
