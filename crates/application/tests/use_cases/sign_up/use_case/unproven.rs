//! Evidence that is not good.

use auth_application::kit::ProofProblem;
use auth_application::sign_up::SignUpCommand;
use auth_application::sign_up::SignUpRefusal::{ProviderToken, VerificationToken};
use auth_contracts::samples;
use auth_domain::proofs::ProofToken;

use super::{Rows, SIGNED_UP, by_email, by_email_and_password, by_identity, done_before, empty, naming, run};
use crate::table::{NOTHING, check, refused};
use crate::world::{Origins as _, at_once, secret};

#[test]
fn a_verification_token_must_be_good() {
    check(ADDRESSES, run);
}

const ADDRESSES: Rows = &[
    ("no token", |_| with_token("?"), refused!(VerificationToken(ProofProblem::Unknown)), NOTHING),
    (
        "a token that nobody was given",
        |_| with_token(&ProofToken::new([7; 32]).expose()),
        refused!(VerificationToken(ProofProblem::Unknown)),
        NOTHING,
    ),
    (
        "ten minutes old",
        |world| {
            let command = by_email(world);
            world.pass(600);
            command
        },
        refused!(VerificationToken(ProofProblem::Expired)),
        NOTHING,
    ),
    (
        "ten minutes old by the time the password is hashed",
        |world| {
            world.meanwhile(|world| world.pass(600));
            by_email_and_password(world)
        },
        refused!(VerificationToken(ProofProblem::Expired)),
        NOTHING,
    ),
    (
        "given to another client",
        |world| {
            let command = by_email(world);
            SignUpCommand { origin: command.origin.at_another_client(), ..command }
        },
        refused!(VerificationToken(ProofProblem::OtherClient)),
        NOTHING,
    ),
    (
        "of another address",
        |world| SignUpCommand {
            verification_token: by_email(world).verification_token,
            ..naming(&samples::sample_email())
        },
        refused!(VerificationToken(ProofProblem::OtherSubject)),
        NOTHING,
    ),
    (
        "of an identity at a third party",
        |world| SignUpCommand {
            verification_token: by_identity(world, &samples::sample_external_profile()).provider_token,
            ..naming(&samples::sample_email())
        },
        refused!(VerificationToken(ProofProblem::OtherSubject)),
        NOTHING,
    ),
];

fn with_token(token: &str) -> SignUpCommand {
    SignUpCommand { verification_token: Some(secret(token)), ..naming(&samples::sample_email()) }
}

#[test]
fn a_spent_token_is_good_for_the_same_request_only() {
    check(SPENT, run);
}

const SPENT: Rows = &[
    (
        "by a request with another name",
        |world| SignUpCommand { name: Some("Ann".to_owned()), ..done_before(world, by_email(world)) },
        refused!(VerificationToken(ProofProblem::Spent)),
        NOTHING,
    ),
    (
        "by a request with another password",
        |world| SignUpCommand {
            password: Some(secret("AnotherPass123!")),
            ..done_before(world, by_email_and_password(world))
        },
        refused!(VerificationToken(ProofProblem::Spent)),
        NOTHING,
    ),
    (
        "by a request without password",
        |world| SignUpCommand { password: None, ..done_before(world, by_email_and_password(world)) },
        refused!(VerificationToken(ProofProblem::Spent)),
        NOTHING,
    ),
    (
        "two minutes ago",
        |world| {
            let command = done_before(world, by_email_and_password(world));
            world.pass(120);
            command
        },
        refused!(VerificationToken(ProofProblem::Spent)),
        NOTHING,
    ),
    (
        "and the answer arrived",
        |world| {
            let command = by_email(world);
            let tokens = at_once(run(world, command.clone())).expect("signed up");
            at_once(world.refresh_session().run(&tokens.refresh_token, &command.origin)).expect("it goes on");
            command
        },
        refused!(VerificationToken(ProofProblem::Spent)),
        NOTHING,
    ),
    (
        "and the user is blocked since",
        |world| {
            let command = by_email(world);
            let tokens = at_once(run(world, command.clone())).expect("signed up");
            world.block(tokens.user);
            command
        },
        refused!(VerificationToken(ProofProblem::Spent)),
        NOTHING,
    ),
    (
        "by another request in this moment",
        |world| {
            let command = by_email(world);
            let other = SignUpCommand { name: Some("Ann".to_owned()), ..command.clone() };
            world.meanwhile(|world| drop(done_before(world, other)));
            command
        },
        refused!(VerificationToken(ProofProblem::Spent)),
        SIGNED_UP,
    ),
    (
        "by a third party's user, two minutes ago",
        |world| {
            let command = done_before(world, by_identity(world, &samples::sample_external_profile()));
            world.pass(120);
            command
        },
        refused!(ProviderToken { problem: ProofProblem::Spent, beside_address: false }),
        NOTHING,
    ),
    (
        "one of two by another request",
        |world| {
            let by_identity = done_before(world, by_identity(world, &samples::sample_external_profile()));
            SignUpCommand { provider_token: by_identity.provider_token, ..by_email(world) }
        },
        refused!(ProviderToken { problem: ProofProblem::Spent, beside_address: true }),
        NOTHING,
    ),
];

#[test]
fn a_provider_token_must_be_good() {
    check(IDENTITIES, run);
}

const IDENTITIES: Rows = &[
    (
        "no token",
        |_| SignUpCommand { provider_token: Some(secret("?")), ..empty() },
        refused!(ProviderToken { problem: ProofProblem::Unknown, beside_address: false }),
        NOTHING,
    ),
    (
        "no token, beside an address",
        |world| SignUpCommand { provider_token: Some(secret("?")), ..by_email(world) },
        refused!(ProviderToken { problem: ProofProblem::Unknown, beside_address: true }),
        NOTHING,
    ),
    (
        "an hour old",
        |world| {
            let command = by_identity(world, &samples::sample_external_profile());
            world.pass(3600);
            command
        },
        refused!(ProviderToken { problem: ProofProblem::Expired, beside_address: false }),
        NOTHING,
    ),
    (
        "given to another client",
        |world| {
            let command = by_identity(world, &samples::sample_external_profile());
            SignUpCommand { origin: command.origin.at_another_client(), ..command }
        },
        refused!(ProviderToken { problem: ProofProblem::OtherClient, beside_address: false }),
        NOTHING,
    ),
    (
        "of an address",
        |world| SignUpCommand { provider_token: by_email(world).verification_token, ..empty() },
        refused!(ProviderToken { problem: ProofProblem::OtherSubject, beside_address: false }),
        NOTHING,
    ),
];
