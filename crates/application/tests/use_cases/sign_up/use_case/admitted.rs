//! Who signs up, and what is stored then.

use auth_application::kit::Tokens;
use auth_application::sign_up::SignUpCommand;
use auth_contracts::samples;
use auth_domain::access::Scope;
use auth_domain::events::EventKind;
use auth_domain::identifier::IdentifierKind;
use auth_domain::messages::Language;
use auth_domain::profile::{Gender, Profile};

use super::{
    REPEATED, Rows, SIGNED_UP, address_of, by_email, by_email_and_password, by_identity, done_before, out_of, proving,
    run,
};
use crate::fakes::hash_of;
use crate::table::Expected::Done;
use crate::table::{Effects, check};
use crate::world::{PASSWORD, World};

/// The account has the address, proven, and the tokens open it.
fn has_address(world: &World, command: &SignUpCommand, tokens: Tokens) {
    let caller = world.caller_with(&tokens);
    let held = caller.account.identifier(IdentifierKind::EMAIL).expect("an address");
    assert_eq!(held.identifier, address_of(command));
    assert!(held.verified_at.is_some(), "it is proven");
    assert_eq!((caller.claims.scope, caller.claims.method.name()), (Scope::User, "email"));
    assert_eq!(caller.account.password, command.password.as_ref().map(|_| hash_of(PASSWORD)));
}

#[test]
fn who_has_evidence_signs_up() {
    check(ADMITTED, run);
}

const ADMITTED: Rows = &[
    ("an e-mail address", |world| by_email(world), Done(has_address), SIGNED_UP),
    ("an e-mail address and a password", |world| by_email_and_password(world), Done(has_address), SIGNED_UP),
    (
        "an e-mail address, a username and a profile",
        |world| SignUpCommand {
            username: Some("Annabel".to_owned()),
            name: Some("Ann Lee".to_owned()),
            gender: Some("FEMALE".to_owned()),
            picture: Some("https://example.com/ann.png".to_owned()),
            locale: Some("de-AT".to_owned()),
            language: Some(Language::English),
            ..by_email(world)
        },
        Done(|world, _, tokens| {
            let account = world.account(tokens.user);
            let username = account.identifier(IdentifierKind::USERNAME).expect("a username");
            assert_eq!((username.identifier.shown(), username.verified_at), ("Annabel", None));
            let profile = Profile {
                name: Some("Ann Lee".to_owned()),
                gender: Some(Gender::Female),
                picture: Some("https://example.com/ann.png".to_owned()),
                locale: Some("de-AT".to_owned()),
                description: None,
            };
            assert_eq!(account.profile, profile);
        }),
        SIGNED_UP,
    ),
    (
        "the language of the request is the locale where none is named",
        |world| SignUpCommand { language: Some(Language::English), ..by_email(world) },
        Done(|world, _, tokens| assert_eq!(world.account(tokens.user).profile.locale.as_deref(), Some("en"))),
        SIGNED_UP,
    ),
    (
        "a phone number and a username of two characters",
        |world| SignUpCommand { username: Some("Li".to_owned()), ..proving(world, &samples::sample_phone_number()) },
        Done(|world, _, tokens| {
            let caller = world.caller_with(&tokens);
            let phone_number = caller.account.identifier(IdentifierKind::PHONE_NUMBER).expect("a phone number");
            assert!(phone_number.verified_at.is_some(), "it is proven");
            assert_eq!(caller.claims.method.name(), "phone_number");
        }),
        SIGNED_UP,
    ),
    (
        "in the last second of the proof",
        |world| {
            let command = by_email(world);
            world.pass(599);
            command
        },
        Done(has_address),
        SIGNED_UP,
    ),
    (
        "an identity at a third party",
        |world| by_identity(world, &samples::sample_external_profile()),
        Done(|world, _, tokens| {
            let caller = world.caller_with(&tokens);
            assert_eq!((caller.account.external_identities.len(), caller.account.identifiers.len()), (1, 0));
            assert_eq!(caller.claims.method.name(), "github");
        }),
        SIGNED_UP,
    ),
    (
        "an e-mail address with an identity at a third party",
        |world| SignUpCommand {
            provider_token: by_identity(world, &samples::sample_external_profile()).provider_token,
            ..by_email(world)
        },
        Done(|world, command, tokens| {
            assert_eq!(world.account(tokens.user).external_identities.len(), 1);
            has_address(world, command, tokens);
        }),
        Effects { spent: 2, ..SIGNED_UP },
    ),
];

#[test]
fn who_was_known_by_a_device_stays_who_they_are() {
    check(OUT_OF_ANONYMITY, run);
}

const OUT_OF_ANONYMITY: Rows = &[(
    "an anonymous user, who has two sessions",
    |world| {
        let person = world.anonymous();
        world.another_session(&person);
        out_of(&person, by_email(world))
    },
    Done(|world, command, tokens| {
        let (user, _) = command.anonymous_user.expect("there is one");
        assert_eq!(tokens.user, user);
        assert_eq!(world.account(user).created_at, samples::start(), "as old as ever");
        has_address(world, command, tokens);
    }),
    Effects { made: 0, changed: 1, ended: 2, ..SIGNED_UP },
)];

#[test]
fn the_same_request_again_is_answered_again() {
    check(AGAIN, run);
}

const TWICE: Effects = Effects { begun: 2, events: &[EventKind::SignedUp, EventKind::SignedIn], ..SIGNED_UP };

const AGAIN: Rows = &[
    (
        "within two minutes",
        |world| {
            let command = done_before(world, by_email(world));
            world.pass(119);
            command
        },
        Done(has_address),
        REPEATED,
    ),
    ("with the same password", |world| done_before(world, by_email_and_password(world)), Done(has_address), REPEATED),
    (
        "with other headers",
        |world| {
            let command = done_before(world, by_email(world));
            let origin = auth_domain::origin::Origin { user_agent: None, ..command.origin.clone() };
            SignUpCommand { language: Some(Language::English), origin, ..command }
        },
        Done(has_address),
        REPEATED,
    ),
    (
        "by a third party",
        |world| done_before(world, by_identity(world, &samples::sample_external_profile())),
        Done(|world, _, tokens| assert_eq!(world.caller_with(&tokens).claims.method.name(), "github")),
        REPEATED,
    ),
    (
        "of who was anonymous",
        |world| done_before(world, out_of(&world.anonymous(), by_email(world))),
        Done(has_address),
        REPEATED,
    ),
    ("twice at once", |world| at_the_same_time(world, by_email(world)), Done(has_address), TWICE),
    (
        "twice at once, with a password",
        |world| at_the_same_time(world, by_email_and_password(world)),
        Done(has_address),
        TWICE,
    ),
    (
        "twice at once, of who was anonymous",
        |world| at_the_same_time(world, out_of(&world.anonymous(), by_email(world))),
        Done(has_address),
        Effects { made: 0, changed: 1, ended: 1, ..TWICE },
    ),
];

fn at_the_same_time(world: &World, command: SignUpCommand) -> SignUpCommand {
    let twin = command.clone();
    world.meanwhile(|world| drop(done_before(world, twin)));
    command
}
