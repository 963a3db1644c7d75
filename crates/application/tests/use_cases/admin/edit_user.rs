//! Editing users for them.

use auth_application::admin::EditUserRefusal::{LoginNames, NoSuchUser, Profile, Taken};
use auth_application::admin::LoginNamesError::{Kind, Malformed};
use auth_application::admin::{EditUserCommand, EditUserRefusal, UserProfile};
use auth_application::kit::Halt;
use auth_contracts::samples::{sample_email, sample_username};
use auth_domain::accounts::UserId;
use auth_domain::events::EventKind;
use auth_domain::identifier::{IdentifierError, IdentifierKind};
use auth_domain::profile::ProfileError;

use crate::table::Expected::{Done, Failed, Undecided};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{World, at_once, operator};

/// Whose, and what is to change.
type Request = (UserId, EditUserCommand);

async fn run(world: &World, (user, command): Request) -> Result<(), Halt<EditUserRefusal>> {
    world.edit_user().run(user, command, &operator()).await
}

fn names(names: &[(&str, &str)]) -> EditUserCommand {
    let identifiers = names.iter().map(|(kind, raw)| ((*kind).to_owned(), (*raw).to_owned())).collect();
    EditUserCommand { identifiers, ..EditUserCommand::default() }
}

fn nickname(name: &str) -> EditUserCommand {
    let profile = UserProfile { nickname: Some(name.to_owned()), ..UserProfile::default() };
    EditUserCommand { profile, ..EditUserCommand::default() }
}

/// Somebody with a name to show, of which these parts are to be cleared.
fn clear(world: &World, parts: &[&str]) -> Request {
    let user = world.ann().id();
    at_once(run(world, (user, nickname("Ann Lee")))).expect("a name to show");
    (
        user,
        EditUserCommand { clear: parts.iter().map(|part| (*part).to_owned()).collect(), ..EditUserCommand::default() },
    )
}

fn has_no_name(world: &World, (user, _): &Request, (): ()) {
    assert_eq!(world.account(*user).profile.name, None);
    world.last_event_of_operator(Some(*user));
}

/// The account has what was asked for, new addresses are not proven, and the operator is on record.
fn is_edited(world: &World, (user, command): &Request, (): ()) {
    let account = world.account(*user);
    for (kind, raw) in &command.identifiers {
        let held = account.identifiers.iter().find(|held| held.identifier.kind().name() == kind).expect("there is one");
        assert_eq!((held.identifier.shown(), held.verified_at), (raw.as_str(), None));
    }
    if let Some(name) = &command.profile.nickname {
        assert_eq!(account.profile.name.as_ref(), Some(name));
    }
    world.last_event_of_operator(Some(*user));
}

fn is_as_before(_: &World, _: &Request, (): ()) {}

const CONTACT: Effects = Effects { changed: 1, events: &[EventKind::ContactChanged], ..NOTHING };
const PROFILE: Effects = Effects { changed: 1, events: &[EventKind::ProfileChanged], ..NOTHING };
const USERNAME: Effects = Effects { events: &[EventKind::UsernameChanged], ..PROFILE };

#[test]
fn an_operator_edits_users() {
    check(ROWS, run);
}

const ROWS: &[Row<Request, (), EditUserRefusal>] = &[
    ("the name to show", |world| (world.ann().id(), nickname("Ann Lee")), Done(is_edited), PROFILE),
    ("an address", |world| (world.ann().id(), names(&[("email", sample_email().shown())])), Done(is_edited), CONTACT),
    (
        "an address, of which the owner is told at the present one",
        |world| {
            world.rules.owners_are_told = true;
            (world.ann().id(), names(&[("email", sample_email().shown())]))
        },
        Done(is_edited),
        Effects { queued: 1, ..CONTACT },
    ),
    ("a username", |world| (world.ann().id(), names(&[("username", &sample_username())])), Done(is_edited), USERNAME),
    (
        "all at once",
        |world| {
            let EditUserCommand { identifiers, .. } =
                names(&[("username", &sample_username()), ("email", sample_email().shown())]);
            (world.ann().id(), EditUserCommand { identifiers, ..nickname("Ann Lee") })
        },
        Done(is_edited),
        Effects {
            events: &[EventKind::ProfileChanged, EventKind::UsernameChanged, EventKind::ContactChanged],
            ..PROFILE
        },
    ),
    (
        "of who is blocked",
        |world| {
            let user = world.ann().id();
            world.block(user);
            (user, nickname("Ann Lee"))
        },
        Done(is_edited),
        PROFILE,
    ),
    ("a name to show that is cleared", |world| clear(world, &["nickname"]), Done(has_no_name), PROFILE),
    ("a part that is not there, cleared", |world| clear(world, &["picture"]), Done(is_as_before), NOTHING),
    (
        "a part that is cleared and given anew",
        |world| {
            let (user, EditUserCommand { clear, .. }) = clear(world, &["nickname"]);
            (user, EditUserCommand { clear, ..nickname("Ben") })
        },
        Done(is_edited),
        PROFILE,
    ),
    (
        "a login name, cleared",
        |world| clear(world, &["email"]),
        refused!(Profile(ProfileError { field: "clear", .. })),
        NOTHING,
    ),
    ("nothing", |world| (world.ann().id(), EditUserCommand::default()), Done(is_as_before), NOTHING),
    (
        "what is so already",
        |world| {
            let ann = world.ann();
            (ann.id(), names(&[("email", ann.email().shown())]))
        },
        Done(is_as_before),
        NOTHING,
    ),
    (
        "an address that somebody has",
        |world| {
            let other = world.ann();
            (world.ann().id(), names(&[("email", other.email().shown())]))
        },
        refused!(Taken(IdentifierKind::EMAIL)),
        NOTHING,
    ),
    (
        "what is no address",
        |world| (world.ann().id(), names(&[("email", "ann")])),
        refused!(LoginNames(Malformed(IdentifierError { kind: IdentifierKind::EMAIL, .. }))),
        NOTHING,
    ),
    (
        "two addresses",
        |world| (world.ann().id(), names(&[("email", "a@example.com"), ("email", "b@example.com")])),
        refused!(LoginNames(Kind)),
        NOTHING,
    ),
    (
        "a name that is too long",
        |world| (world.ann().id(), nickname(&"a".repeat(65))),
        refused!(Profile(ProfileError { field: "nickname", .. })),
        NOTHING,
    ),
    ("of who is nobody", |_| (UserId::from_i64(1), nickname("Ann")), refused!(NoSuchUser), NOTHING),
    (
        "while the accounts are away",
        |world| (world.without(|ports| &ports.accounts).ann().id(), nickname("Ann Lee")),
        Failed,
        NOTHING,
    ),
    (
        "of who is nobody, while the accounts are away",
        |world| {
            world.without(|ports| &ports.accounts);
            (UserId::from_i64(1), nickname("Ann"))
        },
        Undecided,
        NOTHING,
    ),
];
