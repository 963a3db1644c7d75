//! Codes that are not sent.

use auth_application::kit::Halt;
use auth_application::verification::SendCodeRefusal::{
    ChannelOff, CountryOff, Identifier, NoSuchUser, NotOwn, Registered, TooOften,
};
use auth_application::verification::{SendCodeCommand, SendCodeRefusal, SentCode, Target};
use auth_contracts::samples::{SampleAccount, sample_email, sample_phone_number};
use auth_domain::identifier::{AllowedCountries, IdentifierError, IdentifierKind};
use auth_domain::messages::Channel;
use auth_memory::MemoryStores;
use chrono::TimeDelta;

use super::{Rows, done_before, elsewhere, run, to, to_email, to_nobody, to_own, to_person};
use crate::table::Expected::{Failed, Undecided};
use crate::table::{NOTHING, check, refused};
use crate::world::{Ports, World, at_once, once_per};

#[test]
fn not_everything_is_an_address_that_is_served() {
    check(ADDRESSES, run);
}

const ADDRESSES: Rows = &[
    (
        "no address",
        |_| to_email("ann"),
        refused!(Identifier(IdentifierError { kind: IdentifierKind::EMAIL, .. })),
        NOTHING,
    ),
    ("a username", |_| to(IdentifierKind::USERNAME, "annabel"), refused!(ChannelOff), NOTHING),
    ("a kind that nobody knows", |_| to(IdentifierKind::new("pager"), "7"), refused!(ChannelOff), NOTHING),
    (
        "an e-mail address, where only text messages are sent",
        |world| {
            world.rules.channels = vec![Channel::SMS];
            to_nobody()
        },
        refused!(ChannelOff),
        NOTHING,
    ),
    (
        "a premium-rate number",
        |_| to(IdentifierKind::PHONE_NUMBER, "+1 900 234 5678"),
        refused!(Identifier(IdentifierError { kind: IdentifierKind::PHONE_NUMBER, .. })),
        NOTHING,
    ),
    (
        "a landline, to which no text messages go",
        |_| to(IdentifierKind::PHONE_NUMBER, "+39 06 1234 5678"),
        refused!(Identifier(IdentifierError { kind: IdentifierKind::PHONE_NUMBER, .. })),
        NOTHING,
    ),
    (
        "a phone number of a country to which nothing is sent",
        |world| {
            world.rules.sms_countries = AllowedCountries::only([1]);
            to(IdentifierKind::PHONE_NUMBER, sample_phone_number().shown())
        },
        refused!(CountryOff),
        NOTHING,
    ),
    (
        "one's own phone number, of a country to which nothing is sent any more",
        |world| {
            world.rules.sms_countries = AllowedCountries::only([1]);
            let person = world.person(SampleAccount::new().with_phone_number());
            let own = person.named(IdentifierKind::PHONE_NUMBER).shown();
            to_own(world, &person, IdentifierKind::PHONE_NUMBER, own)
        },
        refused!(CountryOff),
        NOTHING,
    ),
];

#[test]
fn not_everybody_is_meant() {
    check(TARGETS, run);
}

const TARGETS: Rows = &[
    (
        "users, at nobody's address",
        |_| SendCodeCommand { target: Target::User, ..to_nobody() },
        refused!(NoSuchUser),
        NOTHING,
    ),
    (
        "others, at a user's address",
        |world| SendCodeCommand { target: Target::NotUser, ..to_person(&world.ann()) },
        refused!(Registered),
        NOTHING,
    ),
    (
        "the signed-in user, at another address",
        |world| to_own(world, &world.ann(), IdentifierKind::EMAIL, sample_email().shown()),
        refused!(NotOwn),
        NOTHING,
    ),
    (
        "the signed-in user, at a mask of another address",
        |world| to_own(world, &world.ann(), IdentifierKind::EMAIL, "bob****@example.com"),
        refused!(NotOwn),
        NOTHING,
    ),
    (
        "the signed-in user, at no address",
        |world| to_own(world, &world.ann(), IdentifierKind::EMAIL, "ann"),
        refused!(NotOwn),
        NOTHING,
    ),
    (
        "the signed-in user, at a phone number, which they do not have",
        |world| to_own(world, &world.ann(), IdentifierKind::PHONE_NUMBER, "***"),
        refused!(NotOwn),
        NOTHING,
    ),
    (
        "the signed-in user, by their username",
        |world| to_own(world, &world.ann(), IdentifierKind::USERNAME, "***"),
        refused!(ChannelOff),
        NOTHING,
    ),
    (
        "the signed-in user, where existence is not revealed, at another address",
        |world| {
            world.rules.reveal_existence = false;
            to_own(world, &world.ann(), IdentifierKind::EMAIL, sample_email().shown())
        },
        refused!(NotOwn),
        NOTHING,
    ),
];

#[test]
fn there_are_limits() {
    check(LIMITED, run);
}

/// Five codes went to an address, all to other devices.
fn after_five(world: &World) -> SendCodeCommand {
    let command = to_nobody();
    for _ in 0..5 {
        done_before(world, elsewhere(command.clone()));
    }
    command
}

const LIMITED: Rows = &[
    (
        "one was sent just now",
        |world| {
            let command = done_before(world, to_nobody());
            world.pass(59);
            command
        },
        refused!(TooOften { limit, retry_after, .. } if limit.contains("just now") && *retry_after == TimeDelta::seconds(1)),
        NOTHING,
    ),
    (
        "five were sent in ten minutes",
        |world| {
            let command = after_five(world);
            world.pass(599);
            command
        },
        refused!(TooOften { limit, retry_after, .. } if limit.contains("this address") && *retry_after == TimeDelta::seconds(1)),
        NOTHING,
    ),
    (
        "as many as there are in a day were sent",
        |world| {
            world.rules.verification.max_sends_per_day = Some(5);
            let command = after_five(world);
            world.pass(3_600);
            command
        },
        refused!(TooOften { limit, retry_after, .. } if limit.contains("this address") && *retry_after == TimeDelta::hours(23)),
        NOTHING,
    ),
    (
        "one was asked for from this network, for whatever address",
        |world| {
            world.rules.quota = Some(once_per(60));
            done_before(world, to_nobody());
            to_nobody()
        },
        refused!(TooOften { limit, retry_after, .. } if limit.contains("network") && *retry_after == TimeDelta::minutes(1)),
        NOTHING,
    ),
    (
        "one was asked for from this network, and refused",
        |world| {
            world.rules.quota = Some(once_per(60));
            let command = SendCodeCommand { target: Target::User, ..to_nobody() };
            at_once(run(world, command)).expect_err("nobody's address");
            to_nobody()
        },
        refused!(TooOften { limit, .. } if limit.contains("network")),
        NOTHING,
    ),
];

#[test]
fn a_failure_costs_nothing() {
    check(FAILING, run);
}

fn without(world: &World, port: fn(&Ports) -> &MemoryStores) -> SendCodeCommand {
    world.without(port);
    to_nobody()
}

const FAILING: Rows = &[
    ("the accounts are away", |world| without(world, |ports| &ports.accounts), Failed, NOTHING),
    (
        "the accounts are away, where existence is not revealed",
        |world| {
            world.rules.reveal_existence = false;
            without(world, |ports| &ports.accounts)
        },
        Failed,
        NOTHING,
    ),
    ("the verifications are away", |world| without(world, |ports| &ports.verifications), Failed, NOTHING),
    (
        "the limits are away",
        |world| {
            world.rules.quota = Some(once_per(60));
            without(world, |ports| &ports.limits)
        },
        Failed,
        NOTHING,
    ),
    (
        "the accounts are away, and nobody has the address",
        |world| SendCodeCommand { target: Target::User, ..without(world, |ports| &ports.accounts) },
        Undecided,
        NOTHING,
    ),
    (
        "the verifications are away, and one was sent just now",
        |world| {
            let command = done_before(world, to_nobody());
            world.without(|ports| &ports.verifications);
            command
        },
        Undecided,
        NOTHING,
    ),
];

fn is_beyond_the_networks(outcome: &Result<SentCode, Halt<SendCodeRefusal>>) -> bool {
    matches!(outcome, Err(Halt::Refused(TooOften { limit, .. })) if limit.contains("network"))
}

/// A device id can be invented for each request, so what it may cause to be looked up has a bound.
#[test]
fn a_flood_beyond_the_share_of_a_network_is_refused_without_looking_each_one_up() {
    let mut world = World::new();
    world.rules.quota = Some(once_per(60));
    let ann = world.ann();
    let command = done_before(&world, to_person(&ann));
    let send_code = world.send_code();
    let flood = || -> Vec<_> { (0..50).map(|_| at_once(send_code.run(elsewhere(command.clone())))).collect() };
    assert!(flood().iter().all(is_beyond_the_networks), "a stranger's");
    world.without(|ports| &ports.accounts);
    assert!(flood().iter().all(is_beyond_the_networks), "without a look at the accounts");
    world.pass(1);
    let looked_up = flood().iter().filter(|outcome| matches!(outcome, Err(Halt::Failed(_)))).count();
    assert_eq!(looked_up, 10, "after a second");
    world.mend();
    world.pass(60);
    done_before(&world, to_nobody());
    assert!(flood().iter().all(is_beyond_the_networks), "a stranger's, when the network's share was used up again");
    let signed_in = SendCodeCommand { holder: Some(ann.id()), present: Some(ann.id()), ..elsewhere(command.clone()) };
    assert!(at_once(send_code.run(signed_in)).is_ok(), "the owner, who is signed in, during the flood");
}
