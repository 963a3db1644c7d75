//! What edits change, and what they leave unchanged.

use auth_application::account::EditCommand;
use auth_contracts::samples::{self, SampleAccount};
use auth_domain::events::EventKind;
use auth_domain::identifier::IdentifierKind;
use auth_domain::profile::{Gender, Profile};

use super::{NEW, Request, Rows, address, done_before, name, new_password, of, of_ann, passwords, run, username};
use crate::fakes::hash_of;
use crate::table::Expected::Done;
use crate::table::{Effects, NOTHING, check};
use crate::world::{World, knowing, once_per};

const PROFILE: Effects = Effects { changed: 1, events: &[EventKind::ProfileChanged], ..NOTHING };
const USERNAME: Effects = Effects { events: &[EventKind::UsernameChanged], ..PROFILE };
/// A new address or password ends the other sessions.
const CONTACT: Effects = Effects { ended: 1, spent: 1, events: &[EventKind::ContactChanged], ..PROFILE };
const PASSWORD_SET: Effects = Effects { ended: 1, events: &[EventKind::PasswordSet], ..PROFILE };

#[test]
fn everything_that_was_asked_for_is_changed() {
    check(EDITED, run);
}

fn is_theirs(world: &World, (caller, command, _): &Request, (): ()) {
    let account = world.account(caller.account.id);
    for (kind, raw) in &command.addresses {
        let held = account.identifier(*kind).expect("they have one");
        assert_eq!((held.identifier.shown(), held.verified_at.is_some()), (raw.as_str(), true));
    }
}

const EDITED: Rows = &[
    (
        "a name; the rest of the profile stays",
        |world| of(world, &world.person(SampleAccount::new().with_email().with_profile()), name("Bob")),
        Done(|world, (caller, _, _), ()| {
            let renamed = Profile { name: Some("Bob".to_owned()), ..caller.account.profile.clone() };
            assert_eq!(world.account(caller.account.id).profile, renamed);
        }),
        PROFILE,
    ),
    (
        "a whole profile, of who is anonymous",
        |world| {
            let command = EditCommand {
                gender: Some("FEMALE".to_owned()),
                picture: Some("https://example.com/ann.png".to_owned()),
                locale: Some("de-AT".to_owned()),
                description: Some("A sample.".to_owned()),
                ..name("Ann")
            };
            of(world, &world.anonymous(), command)
        },
        Done(|world, (caller, _, _), ()| {
            let profile = Profile {
                name: Some("Ann".to_owned()),
                gender: Some(Gender::Female),
                picture: Some("https://example.com/ann.png".to_owned()),
                locale: Some("de-AT".to_owned()),
                description: Some("A sample.".to_owned()),
            };
            assert_eq!(world.account(caller.account.id).profile, profile);
        }),
        PROFILE,
    ),
    (
        "a username; the former is free again",
        |world| of_ann(world, username("Annabel")),
        Done(|world, (caller, _, _), ()| {
            let now = world.account(caller.account.id);
            let [before, now] =
                [&caller.account, &now].map(|account| account.identifier(IdentifierKind::USERNAME).expect("a name"));
            assert_eq!((now.identifier.shown(), world.owner(&before.identifier)), ("Annabel", None));
        }),
        USERNAME,
    ),
    (
        "an address that they verified just before",
        |world| {
            let (ann, new) = (world.ann(), samples::sample_email());
            world.another_session(&ann);
            world.held_proof_of(&ann, &new);
            of(world, &ann, address(&new))
        },
        Done(is_theirs),
        CONTACT,
    ),
    (
        "a password",
        |world| of_ann(world, new_password()),
        Done(|world, (caller, _, _), ()| {
            assert_eq!(world.account(caller.account.id).password, Some(hash_of(NEW)));
        }),
        PASSWORD_SET,
    ),
    (
        "everything at once",
        |world| {
            let (ann, email, phone_number) = (world.ann(), samples::sample_email(), samples::sample_phone_number());
            let mut command = EditCommand { name: name("Ann").name, ..username("Annabel") };
            for new in [&email, &phone_number] {
                world.held_proof_of(&ann, new);
                command.addresses.extend(address(new).addresses);
            }
            of(world, &ann, EditCommand { passwords: new_password().passwords, ..command })
        },
        Done(is_theirs),
        Effects {
            changed: 1,
            spent: 2,
            events: &[
                EventKind::ProfileChanged,
                EventKind::UsernameChanged,
                EventKind::ContactChanged,
                EventKind::ContactChanged,
                EventKind::PasswordSet,
            ],
            ..NOTHING
        },
    ),
];

#[test]
fn nothing_else_is_changed() {
    check(UNCHANGED, run);
}

fn as_before(world: &World, (caller, _, _): &Request, (): ()) {
    assert_eq!(world.account(caller.account.id), caller.account);
}

const UNCHANGED: Rows = &[
    ("nothing is asked for", |world| of_ann(world, EditCommand::default()), Done(as_before), NOTHING),
    (
        "the address that they have",
        |world| {
            let ann = world.ann();
            of(world, &ann, address(ann.email()))
        },
        Done(as_before),
        NOTHING,
    ),
    (
        "the same address again",
        |world| {
            let (ann, new) = (world.ann(), samples::sample_email());
            world.held_proof_of(&ann, &new);
            let request = of(world, &ann, address(&new));
            done_before(world, &ann, &request)
        },
        Done(as_before),
        NOTHING,
    ),
    (
        "a minute after another change",
        |world| {
            world.rules.quota = Some(once_per(60));
            let ann = world.ann();
            let request = of(world, &ann, name("Ann"));
            let request = done_before(world, &ann, &request);
            world.pass(60);
            request
        },
        Done(|world, (caller, _, _), ()| assert_eq!(world.account(caller.account.id).profile, caller.account.profile)),
        PROFILE,
    ),
    (
        "the password that they have",
        |world| of(world, &world.person(knowing(SampleAccount::new().with_email(), NEW)), passwords(NEW, NEW)),
        Done(|world, (caller, _, _), ()| assert_eq!(world.account(caller.account.id).password, Some(hash_of(NEW)))),
        Effects { ended: 0, ..PASSWORD_SET },
    ),
];
