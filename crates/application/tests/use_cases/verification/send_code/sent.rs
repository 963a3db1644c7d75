//! Codes that are sent.

use auth_application::verification::{SendCodeCommand, SentCode, Target};
use auth_contracts::samples::{sample_email, sample_phone_number, spelled_email};
use auth_domain::identifier::IdentifierKind;
use auth_domain::messages::{Channel, Language, QueuedContent, QueuedMessage};
use auth_ports::Clock as _;
use chrono::TimeDelta;

use super::{Rows, SENT, done_before, elsewhere, run, to, to_email, to_nobody, to_own, to_person};
use crate::table::Expected::Done;
use crate::table::{Effects, check};
use crate::world::{World, at_once, once_per};

/// The code of before is sent again.
const AGAIN: Effects = Effects { verifications: 0, ..SENT };

/// A message is queued for the code that is told of, which is the requester's.
fn is_queued(world: &World, command: &SendCodeCommand, sent: &SentCode) -> QueuedMessage {
    let message = world.stores.queued().pop().expect("it is queued");
    let codes = world.stores.verifications();
    let code = codes.into_iter().find(|code| code.id == sent.verification).expect("it is kept");
    assert_eq!((&message.content, &message.to), (&QueuedContent::Code(code.id), &code.address));
    assert_eq!(message.language, command.language.unwrap_or_default());
    let origin = &command.origin;
    assert_eq!((&code.client, code.requester, code.holder), (&origin.client, origin.requester(), command.holder));
    assert_eq!((sent.expires_in, message.expires_at), (code.expires_at - world.clock.now(), code.expires_at));
    message
}

fn is_sent(world: &World, command: &SendCodeCommand, sent: SentCode) {
    assert!(!sent.is_user, "as far as is told");
    assert_eq!(is_queued(world, command, &sent).address_as_sent, command.address.trim());
}

fn is_sent_to_user(world: &World, command: &SendCodeCommand, sent: SentCode) {
    assert!(sent.is_user);
    assert_eq!(is_queued(world, command, &sent).address_as_sent, command.address.trim());
}

/// It went to the user's own address, which the request may have masked.
fn is_sent_to_own(world: &World, command: &SendCodeCommand, sent: SentCode) {
    assert!(sent.is_user);
    let message = is_queued(world, command, &sent);
    let Target::CurrentUser(account) = &command.target else { panic!("a signed-in user") };
    let own = &account.identifier(command.kind).expect("they have one").identifier;
    assert_eq!((&message.to, message.address_as_sent.as_str()), (own, own.shown()));
}

#[test]
fn whoever_asks_for_a_code_is_sent_one() {
    check(ROWS, run);
}

const ROWS: Rows = &[
    (
        "to an e-mail address",
        |_| to_nobody(),
        Done(|world, command, sent| {
            assert_eq!(sent.expires_in.num_seconds(), 600);
            let message = is_queued(world, command, &sent);
            assert_eq!((message.channel, message.to), (Channel::EMAIL, spelled_email(&command.address)));
            is_sent(world, command, sent);
        }),
        SENT,
    ),
    (
        "to a phone number",
        |_| to(IdentifierKind::PHONE_NUMBER, sample_phone_number().shown()),
        Done(|world, command, sent| {
            assert_eq!(is_queued(world, command, &sent).channel, Channel::SMS);
            is_sent(world, command, sent);
        }),
        SENT,
    ),
    (
        "to an address as it is written",
        |_| to_email(&format!(" {} ", sample_email().shown().to_uppercase())),
        Done(is_sent),
        SENT,
    ),
    (
        "in another language",
        |_| SendCodeCommand { language: Some(Language::English), ..to_nobody() },
        Done(is_sent),
        SENT,
    ),
    ("to somebody's address", |world| to_person(&world.ann()), Done(is_sent_to_user), SENT),
    (
        "meant for users, to a user's address",
        |world| SendCodeCommand { target: Target::User, ..to_person(&world.ann()) },
        Done(is_sent_to_user),
        SENT,
    ),
    (
        "meant for others, to nobody's address",
        |_| SendCodeCommand { target: Target::NotUser, ..to_nobody() },
        Done(is_sent),
        SENT,
    ),
    (
        "to nobody's address, by somebody who is signed in",
        |world| SendCodeCommand { holder: Some(world.ann().id()), ..to_nobody() },
        Done(is_sent),
        SENT,
    ),
];

#[test]
fn who_is_signed_in_is_sent_one_to_their_own_address() {
    check(OWN, run);
}

const OWN: Rows = &[
    (
        "written out",
        |world| {
            let ann = world.ann();
            to_own(world, &ann, IdentifierKind::EMAIL, ann.email().shown())
        },
        Done(is_sent_to_own),
        SENT,
    ),
    (
        "spelled otherwise",
        |world| {
            let ann = world.ann();
            to_own(world, &ann, IdentifierKind::EMAIL, &ann.email().shown().to_lowercase())
        },
        Done(is_sent_to_own),
        SENT,
    ),
    (
        "masked, as it is shown",
        |world| to_own(world, &world.ann(), IdentifierKind::EMAIL, " Ann****@example.com "),
        Done(is_sent_to_own),
        SENT,
    ),
    (
        "masked, as it is compared",
        |world| to_own(world, &world.ann(), IdentifierKind::EMAIL, "ann****@example.com"),
        Done(is_sent_to_own),
        SENT,
    ),
    (
        "masked, where existence is not revealed",
        |world| {
            world.rules.reveal_existence = false;
            to_own(world, &world.ann(), IdentifierKind::EMAIL, "ann****@example.com")
        },
        Done(|world, command, sent| is_sent_to_own(world, command, SentCode { is_user: !sent.is_user, ..sent })),
        SENT,
    ),
];

#[test]
fn existence_is_revealed_by_setting() {
    check(HIDDEN, run);
}

/// Nobody is to learn whether Ann is there.
fn hidden(world: &mut World, target: Target) -> SendCodeCommand {
    world.rules.reveal_existence = false;
    SendCodeCommand { target, ..to_person(&world.ann()) }
}

const HIDDEN: Rows = &[
    ("meant for anybody", |world| hidden(world, Target::Any), Done(is_sent), SENT),
    ("meant for users", |world| hidden(world, Target::User), Done(is_sent), SENT),
    ("meant for others", |world| hidden(world, Target::NotUser), Done(is_sent), SENT),
    (
        "meant for users, to nobody's address",
        |world| {
            world.rules.reveal_existence = false;
            SendCodeCommand { target: Target::User, ..to_nobody() }
        },
        Done(is_sent),
        SENT,
    ),
];

#[test]
fn who_asks_again_in_time_is_sent_the_same_code() {
    check(REPEATED, run);
}

/// The same request came before, so many seconds ago.
fn after(world: &World, seconds: i64) -> SendCodeCommand {
    let command = done_before(world, to_nobody());
    world.pass(seconds);
    command
}

const REPEATED: Rows = &[
    ("a minute later", |world| after(world, 60), Done(is_sent), AGAIN),
    ("in the last second of the code", |world| after(world, 599), Done(is_sent), AGAIN),
    ("when the code is dead", |world| after(world, 600), Done(is_sent), SENT),
    ("from another device, at once", |world| elsewhere(after(world, 0)), Done(is_sent), SENT),
    (
        "a minute later, as a user who is signed in now",
        |world| SendCodeCommand { holder: Some(world.ann().id()), ..after(world, 60) },
        Done(is_sent),
        SENT,
    ),
    (
        "at once, where nobody has to wait",
        |world| {
            world.rules.verification.resend_after = TimeDelta::zero();
            after(world, 0)
        },
        Done(is_sent),
        AGAIN,
    ),
    (
        "for another address, a minute after the last one from this network",
        |world| {
            world.rules.quota = Some(once_per(60));
            after(world, 60);
            to_nobody()
        },
        Done(is_sent),
        SENT,
    ),
    (
        "after a request that was no address",
        |world| {
            world.rules.quota = Some(once_per(60));
            at_once(run(world, to_email("ann"))).expect_err("no address");
            to_nobody()
        },
        Done(is_sent),
        SENT,
    ),
];
