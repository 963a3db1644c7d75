//! Making users without a sign-up.

use std::sync::atomic::Ordering;

use auth_application::admin::CreateUserRefusal::{LoginNames, Password, Profile, Taken};
use auth_application::admin::LoginNamesError::{Kind, Malformed, Missing};
use auth_application::admin::{CreateUserCommand, CreateUserRefusal, CreatedUser, UserProfile};
use auth_application::kit::Halt;
use auth_contracts::samples::{SampleAccount, sample_email, sample_phone_number, sample_username, spelled_email};
use auth_domain::accounts::{UserId, UserStatus};
use auth_domain::credentials::{PasswordError, PasswordPolicy};
use auth_domain::events::EventKind;
use auth_domain::identifier::{IdentifierError, IdentifierKind};
use auth_domain::profile::{Gender, Profile as KeptProfile, ProfileError};
use auth_ports::Clock as _;
use secrecy::ExposeSecret as _;

use crate::fakes::hash_of;
use crate::table::Expected::{Done, Failed};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{PASSWORD, World, at_once, operator, secret};

type Rows = &'static [Row<CreateUserCommand, CreatedUser, CreateUserRefusal>];

const MADE: Effects = Effects { made: 1, events: &[EventKind::UserCreated], ..NOTHING };

async fn run(world: &World, command: CreateUserCommand) -> Result<CreatedUser, Halt<CreateUserRefusal>> {
    world.create_user().run(command, &operator()).await
}

/// With these login names and a password.
fn named(names: &[(&str, &str)]) -> CreateUserCommand {
    let identifiers = names.iter().map(|(kind, raw)| ((*kind).to_owned(), (*raw).to_owned())).collect();
    CreateUserCommand { identifiers, password: Some(secret(PASSWORD)), ..CreateUserCommand::default() }
}

/// With an e-mail address that nobody has, and a password.
fn by_email() -> CreateUserCommand {
    named(&[("email", sample_email().shown())])
}

fn with_password(password: &str) -> CreateUserCommand {
    CreateUserCommand { password: Some(secret(password)), ..by_email() }
}

fn done_before(world: &World, command: CreateUserCommand) -> UserId {
    at_once(run(world, command)).expect("made").id
}

/// The account has what was asked for and no more, nobody has signed in to it, and the operator is on record.
fn is_made(world: &World, command: &CreateUserCommand, created: CreatedUser) {
    let (account, now) = (world.account(created.id), world.clock.now());
    let held = account.identifiers.iter().map(|held| (held.identifier.kind().name(), held.identifier.shown()));
    let asked = command.identifiers.iter().map(|(kind, raw)| (kind.as_str(), raw.trim()));
    assert_eq!(held.collect::<Vec<_>>(), asked.collect::<Vec<_>>());
    assert!(account.identifiers.iter().all(|held| held.verified_at.is_none()), "nobody proved anything");
    let password = command.password.as_ref().or(created.initial_password.as_ref()).expect("there is one");
    assert_eq!(account.password, Some(hash_of(password.expose_secret())));
    assert_eq!(created.initial_password.is_some(), command.password.is_none());
    assert_eq!((account.status, account.created_at, account.last_sign_in_at), (command.status, now, None));
    world.last_event_of_operator(Some(created.id));
}

#[test]
fn an_operator_makes_users() {
    check(MAKING, run);
}

const MAKING: Rows = &[
    ("with an address", |_| by_email(), Done(is_made), MADE),
    (
        "with a name of each kind",
        |_| {
            let (email, number) = (sample_email(), sample_phone_number());
            named(&[("username", &sample_username()), ("email", email.shown()), ("phone_number", number.shown())])
        },
        Done(is_made),
        MADE,
    ),
    (
        "with an address that has spaces around it",
        |_| named(&[("email", &format!(" {} ", sample_email().shown()))]),
        Done(is_made),
        MADE,
    ),
    ("with a password that is drawn", |_| CreateUserCommand { password: None, ..by_email() }, Done(is_made), MADE),
    (
        "with a drawn password of three classes of characters",
        |world| {
            world.rules.passwords =
                PasswordPolicy { min_chars: 64, max_chars: 64, three_classes: true, ..PasswordPolicy::default() };
            CreateUserCommand { password: None, ..by_email() }
        },
        Done(is_made),
        MADE,
    ),
    ("who may not sign in", |_| CreateUserCommand { status: UserStatus::Blocked, ..by_email() }, Done(is_made), MADE),
    (
        "with a profile",
        |_| {
            let profile = UserProfile {
                nickname: Some(" Ann ".to_owned()),
                gender: Some("FEMALE".to_owned()),
                picture: Some("https://example.com/ann.png".to_owned()),
                locale: Some("zh-CN".to_owned()),
                description: Some("A few words.".to_owned()),
            };
            CreateUserCommand { profile, ..by_email() }
        },
        Done(|world, command, created| {
            let expected = KeptProfile {
                name: Some("Ann".to_owned()),
                gender: Some(Gender::Female),
                picture: Some("https://example.com/ann.png".to_owned()),
                locale: Some("zh-CN".to_owned()),
                description: Some("A few words.".to_owned()),
            };
            assert_eq!(world.account(created.id).profile, expected);
            is_made(world, command, created);
        }),
        MADE,
    ),
    (
        "whose id is drawn again while it is in use",
        |world| {
            let other = done_before(world, by_email());
            world.draw_again(other, 4);
            by_email()
        },
        Done(is_made),
        MADE,
    ),
    (
        "with the address of somebody who is gone",
        |world| {
            let ann = world.ann();
            world.remove(ann.id());
            named(&[("email", ann.email().shown())])
        },
        Done(is_made),
        MADE,
    ),
];

#[test]
fn not_every_user_can_be_made() {
    check(REFUSED, run);
}

const REFUSED: Rows = &[
    ("without a login name", |_| named(&[]), refused!(LoginNames(Missing)), NOTHING),
    ("with a name of a kind that nobody knows", |_| named(&[("pager", "7")]), refused!(LoginNames(Kind)), NOTHING),
    (
        "with two names of a kind",
        |_| named(&[("email", sample_email().shown()), ("email", sample_email().shown())]),
        refused!(LoginNames(Kind)),
        NOTHING,
    ),
    (
        "with what is no address",
        |_| named(&[("email", "ann")]),
        refused!(LoginNames(Malformed(IdentifierError { kind: IdentifierKind::EMAIL, .. }))),
        NOTHING,
    ),
    (
        "with a nickname that is too long",
        |_| {
            let profile = UserProfile { nickname: Some("n".repeat(65)), ..UserProfile::default() };
            CreateUserCommand { profile, ..by_email() }
        },
        refused!(Profile(ProfileError { field: "nickname", .. })),
        NOTHING,
    ),
    (
        "with a picture that is none",
        |_| {
            let profile = UserProfile { picture: Some("javascript:alert(1)".to_owned()), ..UserProfile::default() };
            CreateUserCommand { profile, ..by_email() }
        },
        refused!(Profile(ProfileError { field: "picture", .. })),
        NOTHING,
    ),
    ("with a short password", |_| with_password("kzqwpfx"), refused!(Password(PasswordError::Length { .. })), NOTHING),
    ("with a common password", |_| with_password("password123"), refused!(Password(PasswordError::Common)), NOTHING),
    (
        "with their own name as password",
        |_| {
            let name = format!("{}-Lee", sample_username());
            CreateUserCommand { password: Some(secret(&name)), ..named(&[("username", &name)]) }
        },
        refused!(Password(PasswordError::Personal)),
        NOTHING,
    ),
    (
        "with somebody's address",
        |world| named(&[("email", &world.ann().email().shown().to_uppercase())]),
        refused!(Taken(IdentifierKind::EMAIL)),
        NOTHING,
    ),
    (
        "with somebody's name beside an address that is free",
        |world| {
            let ann = world.ann();
            let name = ann.named(IdentifierKind::USERNAME).shown();
            named(&[("email", sample_email().shown()), ("username", name)])
        },
        refused!(Taken(IdentifierKind::USERNAME)),
        NOTHING,
    ),
    (
        "the same request again",
        |world| {
            let command = by_email();
            done_before(world, command.clone());
            command
        },
        refused!(Taken(IdentifierKind::EMAIL)),
        NOTHING,
    ),
    (
        "with an address that somebody signs up with in this moment",
        |world| {
            let command = by_email();
            let address = spelled_email(&command.identifiers[0].1);
            world.while_hashing(|world| drop(world.person(SampleAccount::new().with_address(address))));
            command
        },
        refused!(Taken(IdentifierKind::EMAIL)),
        Effects { made: 1, begun: 1, proven: 1, spent: 1, events: &[EventKind::SignedUp], ..NOTHING },
    ),
];

#[test]
fn a_failure_costs_nothing() {
    check(FAILING, run);
}

const FAILING: Rows = &[
    (
        "the users are away",
        |world| {
            world.without(|ports| &ports.users);
            by_email()
        },
        Failed,
        NOTHING,
    ),
    (
        "too much to hash",
        |world| {
            world.hasher.overloaded.store(true, Ordering::Relaxed);
            by_email()
        },
        Failed,
        NOTHING,
    ),
    (
        "whatever is drawn is in use",
        |world| {
            let other = done_before(world, by_email());
            world.draw_again(other, 5);
            by_email()
        },
        Failed,
        NOTHING,
    ),
];
