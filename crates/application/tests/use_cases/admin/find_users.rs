//! Finding users.

use std::convert::Infallible;

use auth_application::admin::FindUsersRefusal::{Identifier, Kind};
use auth_application::admin::OnUserRefusal::NoSuchUser;
use auth_application::admin::{FindUsersRefusal, OnUserRefusal};
use auth_application::kit::Halt;
use auth_contracts::samples::sample_email;
use auth_domain::accounts::{Account, UserId, UserStatus};
use auth_domain::admin::{UserFilter, UserPage};
use auth_domain::events::EventKind;
use auth_domain::identifier::{IdentifierError, IdentifierKind};

use crate::table::Expected::{Done, Failed, Undecided};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{World, operator};

/// A text as it comes from an input of full width, between the marks that phones and pages put around what is copied.
fn pasted(text: &str) -> String {
    let wide = |c: char| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c) } else { c };
    let wide: String = text.chars().map(wide).collect();
    format!("\u{FEFF}\u{202A}\u{200E}{wide}\u{2060}\u{202C}\u{A0}\u{3000}")
}

const READ: Effects = Effects { events: &[EventKind::UserRead], ..NOTHING };
const LISTED: Effects = Effects { events: &[EventKind::UsersListed], ..NOTHING };

async fn by_id(world: &World, user: UserId) -> Result<Account, Halt<OnUserRefusal>> {
    world.find_users().by_id(user, &operator()).await
}

fn is_it(world: &World, user: &UserId, found: Account) {
    assert_eq!((found.id, &found), (*user, &world.account(*user)));
    world.last_event_of_operator(Some(*user));
}

#[test]
fn a_user_is_found_by_id() {
    check(IDS, by_id);
}

fn blocked(world: &World) -> UserId {
    let ann = world.ann();
    world.block(ann.id());
    ann.id()
}

const IDS: &[Row<UserId, Account, OnUserRefusal>] = &[
    ("who is active", |world| world.ann().id(), Done(is_it), READ),
    ("who is blocked", |world| blocked(world), Done(is_it), READ),
    ("who is known by a device only", |world| world.anonymous().id(), Done(is_it), READ),
    ("who is nobody", |_| UserId::from_i64(1), refused!(NoSuchUser), NOTHING),
    ("while the accounts are away", |world| world.without(|ports| &ports.accounts).ann().id(), Failed, NOTHING),
    ("while the events are away", |world| world.without(|ports| &ports.events).ann().id(), Failed, NOTHING),
    (
        "who is nobody, while the accounts are away",
        |world| {
            world.without(|ports| &ports.accounts);
            UserId::from_i64(1)
        },
        Undecided,
        NOTHING,
    ),
];

/// A kind, a name, and whose it is.
type Named = (&'static str, String, Option<UserId>);

async fn by_name(world: &World, (kind, raw, _): Named) -> Result<Option<Account>, Halt<FindUsersRefusal>> {
    world.find_users().by_identifier(kind, &raw, &operator()).await
}

fn is_theirs(world: &World, (_, _, owner): &Named, found: Option<Account>) {
    assert_eq!(found.map(|account| account.id), *owner);
    world.last_event_of_operator(*owner);
}

#[test]
fn a_user_is_found_by_login_name() {
    check(NAMES, by_name);
}

const NAMES: &[Row<Named, Option<Account>, FindUsersRefusal>] = &[
    (
        "an address, spelled otherwise",
        |world| {
            let ann = world.ann();
            ("email", ann.email().shown().to_uppercase(), Some(ann.id()))
        },
        Done(is_theirs),
        READ,
    ),
    (
        "a username",
        |world| {
            let ann = world.ann();
            ("username", ann.named(IdentifierKind::USERNAME).shown().to_owned(), Some(ann.id()))
        },
        Done(is_theirs),
        READ,
    ),
    (
        "an address, as it was pasted",
        |world| {
            let ann = world.ann();
            ("email", pasted(ann.email().shown()), Some(ann.id()))
        },
        Done(is_theirs),
        READ,
    ),
    (
        "a username, as it was pasted",
        |world| {
            let ann = world.ann();
            ("username", pasted(ann.named(IdentifierKind::USERNAME).shown()), Some(ann.id()))
        },
        Done(is_theirs),
        READ,
    ),
    (
        "of somebody who is blocked",
        |world| {
            let user = blocked(world);
            let held = world.account(user).identifiers.remove(0).identifier;
            ("email", held.shown().to_owned(), Some(user))
        },
        Done(is_theirs),
        READ,
    ),
    (
        "an address that nobody has",
        |world| {
            world.ann();
            ("email", sample_email().shown().to_owned(), None)
        },
        Done(is_theirs),
        READ,
    ),
    ("a kind that nobody knows", |_| ("pager", "7".to_owned(), None), refused!(Kind), NOTHING),
    (
        "what is no address",
        |_| ("email", "ann".to_owned(), None),
        refused!(Identifier(IdentifierError { kind: IdentifierKind::EMAIL, .. })),
        NOTHING,
    ),
    (
        "while the accounts are away",
        |world| {
            world.without(|ports| &ports.accounts);
            ("email", sample_email().shown().to_owned(), None)
        },
        Failed,
        NOTHING,
    ),
];

async fn page(world: &World, page: UserPage) -> Result<Vec<UserId>, Halt<Infallible>> {
    Ok(world.find_users().page(page, &operator()).await?.into_iter().map(|account| account.id).collect())
}

/// Three users; the page that begins after this one of them.
fn after(world: &World, which: Option<usize>, limit: u16) -> UserPage {
    let mut users = [(); 3].map(|()| world.ann().id());
    users.sort_unstable();
    UserPage { after: which.map(|which| users[which]), limit }
}

/// The users of these places, in the order of their ids.
fn are(world: &World, found: &[UserId], places: &[usize]) {
    let all: Vec<_> = world.stores.accounts().into_iter().map(|account| account.id).collect();
    assert_eq!(found, places.iter().map(|place| all[*place]).collect::<Vec<_>>());
}

#[test]
fn users_are_paged_through() {
    check(PAGES, page);
}

const PAGES: &[Row<UserPage, Vec<UserId>, Infallible>] = &[
    ("the first page", |world| after(world, None, 2), Done(|world, _, found| are(world, &found, &[0, 1])), LISTED),
    ("the next page", |world| after(world, Some(1), 2), Done(|world, _, found| are(world, &found, &[2])), LISTED),
    ("the page after the last", |world| after(world, Some(2), 2), Done(|_, _, found| assert_eq!(found, [])), LISTED),
    ("all of them", |world| after(world, None, 100), Done(|world, _, found| are(world, &found, &[0, 1, 2])), LISTED),
    ("while the users are away", |world| after(world.without(|ports| &ports.users), None, 2), Failed, NOTHING),
];

/// What a login name begins with, and the status.
type Sought = (Option<String>, Option<UserStatus>);

async fn search(world: &World, (begins, status): Sought) -> Result<Vec<UserId>, Halt<Infallible>> {
    let filter = UserFilter { status, ..UserFilter::default() };
    let found = if let Some(begins) = begins {
        world.find_users().search_by_name(&begins, filter, (None, 10), &operator()).await?.accounts
    } else {
        world.find_users().search(filter, UserPage { after: None, limit: 10 }, &operator()).await?
    };
    Ok(found.into_iter().map(|account| account.id).collect())
}

/// Two users, the first of whom is blocked; all but the last characters of the address of the second.
fn two(world: &World) -> String {
    let first = world.ann().id();
    world.block(first);
    let second = world.ann();
    let shown = second.email().shown().to_uppercase();
    shown[..shown.len() - 2].to_owned()
}

#[test]
fn users_are_searched() {
    check(SEARCHES, search);
}

const SEARCHES: &[Row<Sought, Vec<UserId>, Infallible>] = &[
    (
        "by the beginning of an address, spelled otherwise",
        |world| (Some(two(world)), None),
        Done(|world, _, found| assert_eq!(found, [world.stores.accounts().last().expect("the second").id])),
        LISTED,
    ),
    (
        "by the beginning of an address, as it was pasted",
        |world| (Some(pasted(&two(world))), None),
        Done(|world, _, found| assert_eq!(found, [world.stores.accounts().last().expect("the second").id])),
        LISTED,
    ),
    (
        "by the beginning of a username, as it was pasted",
        |world| {
            world.ann();
            let name = world.ann().named(IdentifierKind::USERNAME).shown().to_owned();
            (Some(pasted(&name)), None)
        },
        Done(|world, _, found| assert_eq!(found, [world.stores.accounts().last().expect("the second").id])),
        LISTED,
    ),
    (
        "by status",
        |world| {
            two(world);
            (None, Some(UserStatus::Blocked))
        },
        Done(|world, _, found| assert_eq!(found, [world.stores.accounts().first().expect("the first").id])),
        LISTED,
    ),
    (
        "by both, which nobody is",
        |world| (Some(two(world)), Some(UserStatus::Blocked)),
        Done(|_, _, found| assert_eq!(found, [])),
        LISTED,
    ),
    (
        "by what no login name begins with",
        |world| {
            two(world);
            (Some("\0".to_owned()), None)
        },
        Done(|_, _, found| assert_eq!(found, [])),
        LISTED,
    ),
    ("while the users are away", |world| (Some(two(world.without(|ports| &ports.users))), None), Failed, NOTHING),
    (
        "by status, while the users are away",
        |world| {
            two(world.without(|ports| &ports.users));
            (None, Some(UserStatus::Blocked))
        },
        Failed,
        NOTHING,
    ),
];
