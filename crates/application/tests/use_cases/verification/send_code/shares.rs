//! Who has a share of what an address gets, what is counted together, and what is left beyond the soft limits.

use auth_application::kit::GateRefusal;
use auth_application::verification::SendCodeRefusal::{Gate, TooOften};
use auth_application::verification::{SendCodeCommand, SentCode};
use auth_contracts::samples::unique_bytes;
use auth_domain::captcha::{GateMode, Pass, PuzzleId};
use auth_domain::identifier::IdentifierKind;
use auth_domain::limits::Quota;
use auth_domain::origin::{CaptchaToken, Network, Origin};
use auth_ports::Clock as _;
use chrono::TimeDelta;

use super::{Rows, SENT, done_before, elsewhere, run, to, to_email, to_nobody, to_person};
use crate::table::Expected::Done;
use crate::table::{NOTHING, check, refused};
use crate::world::{Person, World, at_once, once_per};

/// Strangers, all in one network, have as many codes sent to the address as there are for them.
fn used_up(world: &World, command: &SendCodeCommand) {
    for _ in 0..5 {
        done_before(world, elsewhere(command.clone()));
    }
}

/// Ann's address, of which strangers have used up their share.
fn at_anns(world: &World) -> (Person, SendCodeCommand) {
    let ann = world.ann();
    let command = to_person(&ann);
    used_up(world, &command);
    (ann, command)
}

/// The same from another network.
fn from_afar(command: SendCodeCommand) -> SendCodeCommand {
    let network = Network::of([203, 0, 113, 9].into());
    SendCodeCommand { origin: Origin { network, ..command.origin }, ..command }
}

fn is_sent(_: &World, _: &SendCodeCommand, _: SentCode) {}

#[test]
fn strangers_keep_nobody_out() {
    check(SHARES, run);
}

const SHARES: Rows = &[
    (
        "to a user's address, on a device that they have signed in with",
        |world| {
            let (ann, command) = at_anns(world);
            SendCodeCommand { origin: ann.origin(), ..command }
        },
        Done(is_sent),
        SENT,
    ),
    (
        "to a user's address, on that device, from another network",
        |world| {
            let (ann, command) = at_anns(world);
            from_afar(SendCodeCommand { origin: ann.origin(), ..command })
        },
        Done(is_sent),
        SENT,
    ),
    (
        "to a user's address, by the user, who is signed in on another device",
        |world| {
            let (ann, command) = at_anns(world);
            SendCodeCommand { holder: Some(ann.id()), present: Some(ann.id()), ..command }
        },
        Done(is_sent),
        SENT,
    ),
    (
        "to a user's address, with an access token whose session has ended",
        |world| {
            let (ann, command) = at_anns(world);
            SendCodeCommand { holder: Some(ann.id()), ..command }
        },
        refused!(TooOften { limit, .. } if limit.contains("this address")),
        NOTHING,
    ),
    (
        "to a user's address, by another user",
        |world| {
            let (_, command) = at_anns(world);
            let bob = world.ann();
            SendCodeCommand { holder: Some(bob.id()), present: Some(bob.id()), origin: bob.origin(), ..command }
        },
        refused!(TooOften { limit, .. } if limit.contains("this address")),
        NOTHING,
    ),
    (
        "to a user's address, by a stranger in another network",
        |world| from_afar(at_anns(world).1),
        refused!(TooOften { limit, .. } if limit.contains("this address")),
        NOTHING,
    ),
    (
        "to nobody's address, from another network",
        |world| {
            let command = to_nobody();
            used_up(world, &command);
            from_afar(command)
        },
        Done(is_sent),
        SENT,
    ),
    (
        "to a user's address, from another network, where existence is not revealed",
        |world| {
            world.rules.reveal_existence = false;
            from_afar(at_anns(world).1)
        },
        Done(|_, _, sent| assert_eq!(sent.left, None)),
        SENT,
    ),
];

/// Ann asks on a device that she has signed in with, after a stranger had the one code that her network may ask for.
fn used_up_network(world: &mut World) -> (Person, SendCodeCommand) {
    world.rules.quota = Some(once_per(60));
    let ann = world.ann();
    let network = done_before(world, to_nobody()).origin.network;
    let command = SendCodeCommand { origin: Origin { network, ..ann.origin() }, ..to_person(&ann) };
    (ann, command)
}

#[test]
fn others_in_a_network_keep_nobody_out() {
    check(IN_A_NETWORK, run);
}

const IN_A_NETWORK: Rows = &[
    ("to a user's address, on a device of theirs", |world| used_up_network(world).1, Done(is_sent), SENT),
    (
        "to a user's address, by the user, who is signed in on another device",
        |world| {
            let (ann, command) = used_up_network(world);
            SendCodeCommand { holder: Some(ann.id()), present: Some(ann.id()), ..elsewhere(command) }
        },
        Done(is_sent),
        SENT,
    ),
    (
        "to a user's address, by a stranger",
        |world| elsewhere(used_up_network(world).1),
        refused!(TooOften { limit, .. } if limit.contains("network")),
        NOTHING,
    ),
    (
        "to nobody's address, on a device of a user's",
        |world| SendCodeCommand { origin: used_up_network(world).1.origin, ..to_nobody() },
        refused!(TooOften { limit, .. } if limit.contains("network")),
        NOTHING,
    ),
    (
        "to a user's address, on a device of theirs, which has had its own share",
        |world| {
            let (_, command) = used_up_network(world);
            done_before(world, command)
        },
        refused!(TooOften { limit, .. } if limit.contains("network")),
        NOTHING,
    ),
];

#[test]
fn what_belongs_together_is_counted_together() {
    check(TOGETHER, run);
}

const SPELLINGS: [&str; 2] = ["ann.lee+shop@example.com", "ann.lee@example.com"];
const NEIGHBOURS: [&str; 2] = ["+86 13800000001", "+86 13800000099"];

fn to_number(number: &str) -> SendCodeCommand {
    to(IdentifierKind::PHONE_NUMBER, number)
}

const TOGETHER: Rows = &[
    (
        "to the mailbox of another spelling",
        |world| {
            world.rules.per_mailbox = Some(once_per(60));
            done_before(world, to_email(SPELLINGS[0]));
            to_email(SPELLINGS[1])
        },
        refused!(TooOften { limit, .. } if limit.contains("belong with")),
        NOTHING,
    ),
    (
        "to the mailbox of another spelling, which was asked for too soon and not sent",
        |world| {
            world.rules.per_mailbox = Some(Quota { burst: 2, per: TimeDelta::hours(1) });
            let command = done_before(world, to_email(SPELLINGS[0]));
            for _ in 0..3 {
                at_once(run(world, command.clone())).expect_err("too soon");
            }
            to_email(SPELLINGS[1])
        },
        Done(is_sent),
        SENT,
    ),
    (
        "to the mailbox of another spelling, by its user",
        |world| {
            world.rules.per_mailbox = Some(once_per(60));
            let ann = world.ann();
            let (name, domain) = ann.email().canonical().split_once('@').expect("an address");
            done_before(world, to_email(&format!("{name}+1@{domain}")));
            SendCodeCommand { origin: ann.origin(), ..to_person(&ann) }
        },
        Done(is_sent),
        SENT,
    ),
    (
        "to a number next to another",
        |world| {
            world.rules.per_neighbourhood = Some(once_per(60));
            done_before(world, to_number(NEIGHBOURS[0]));
            to_number(NEIGHBOURS[1])
        },
        refused!(TooOften { limit, .. } if limit.contains("belong with")),
        NOTHING,
    ),
    (
        "to a number of another country, when one has got all that it gets in a day",
        |world| {
            world.rules.sends_per_country = Some(1);
            world.rules.gate.mode = GateMode::Off;
            done_before(world, to_number(NEIGHBOURS[0]));
            to_number("+1 4155550123")
        },
        Done(is_sent),
        SENT,
    ),
    (
        "to a number of a country that has got all that it gets in a day",
        |world| {
            world.rules.sends_per_country = Some(1);
            world.rules.gate.mode = GateMode::Off;
            done_before(world, to_number(NEIGHBOURS[0]));
            to_number("+86 13911111111")
        },
        refused!(TooOften { limit, reached: None, .. } if limit.contains("today")),
        NOTHING,
    ),
    (
        "when all have been sent that may be sent in a day",
        |world| {
            world.rules.sends_per_day = Some(1);
            world.rules.gate.mode = GateMode::Off;
            done_before(world, to_nobody());
            to_nobody()
        },
        refused!(TooOften { limit, reached: None, .. } if limit.contains("today")),
        NOTHING,
    ),
    (
        "a day after all were sent that may be sent in a day",
        |world| {
            world.rules.sends_per_day = Some(1);
            world.rules.gate.mode = GateMode::Off;
            done_before(world, to_nobody());
            world.pass(86_400);
            to_nobody()
        },
        Done(is_sent),
        SENT,
    ),
];

#[test]
fn who_passes_the_gate_goes_beyond_the_soft_limits() {
    check(BEYOND, run);
}

/// The same, with a pass that was earned just now.
pub(super) fn with_a_pass(world: &World, command: SendCodeCommand) -> SendCodeCommand {
    let pass = Pass { puzzle: PuzzleId::new(unique_bytes()), expires_at: world.clock.now() + Pass::LIFE };
    let captcha = Some(CaptchaToken::shown(pass.seal(&world.key, &command.origin)));
    SendCodeCommand { origin: Origin { captcha, ..command.origin }, ..command }
}

/// One code was requested from the network, which is as many as there are.
fn beyond_the_networks(world: &mut World) -> SendCodeCommand {
    world.rules.quota = Some(once_per(60));
    world.rules.depth = 2;
    done_before(world, to_nobody());
    to_nobody()
}

/// Five codes were sent to the address, which is as many as there are.
fn beyond_the_addresss(world: &mut World) -> SendCodeCommand {
    world.rules.verification.hard_factor = 2;
    let command = to_nobody();
    used_up(world, &command);
    command
}

/// More than half of a day's codes will have been sent.
fn beyond_half_of_all(world: &mut World) -> SendCodeCommand {
    world.rules.sends_per_day = Some(2);
    done_before(world, to_nobody());
    to_nobody()
}

const BEYOND: Rows = &[
    (
        "beyond the network's, without a pass",
        beyond_the_networks,
        refused!(Gate(GateRefusal::CaptchaRequired)),
        NOTHING,
    ),
    (
        "beyond the network's, with a pass, after requests that the gate sent away",
        |world| {
            let command = beyond_the_networks(world);
            for _ in 0..3 {
                at_once(run(world, elsewhere(command.clone()))).expect_err("no pass");
            }
            with_a_pass(world, command)
        },
        Done(is_sent),
        SENT,
    ),
    (
        "beyond the network's hard limit, with a pass",
        |world| {
            let command = beyond_the_networks(world);
            done_before(world, with_a_pass(world, command));
            with_a_pass(world, to_nobody())
        },
        refused!(TooOften { limit, .. } if limit.contains("network")),
        NOTHING,
    ),
    (
        "beyond the address's, without a pass",
        beyond_the_addresss,
        refused!(Gate(GateRefusal::CaptchaRequired)),
        NOTHING,
    ),
    (
        "beyond the address's, with a pass",
        |world| {
            let command = beyond_the_addresss(world);
            with_a_pass(world, command)
        },
        Done(is_sent),
        SENT,
    ),
    (
        "beyond the address's, where there is no gate",
        |world| {
            world.rules.gate.mode = GateMode::Off;
            beyond_the_addresss(world)
        },
        Done(is_sent),
        SENT,
    ),
    (
        "beyond both, with one pass",
        |world| {
            world.rules.quota = Some(Quota { burst: 5, per: TimeDelta::minutes(10) });
            world.rules.depth = 2;
            let command = beyond_the_addresss(world);
            with_a_pass(world, command)
        },
        Done(is_sent),
        SENT,
    ),
    ("beyond half of all, without a pass", beyond_half_of_all, refused!(Gate(GateRefusal::CaptchaRequired)), NOTHING),
    (
        "beyond half of all, with a pass",
        |world| {
            let command = beyond_half_of_all(world);
            with_a_pass(world, command)
        },
        Done(is_sent),
        SENT,
    ),
    (
        "beyond half of all, to a user's address on a device of theirs",
        |world| {
            let ann = world.ann();
            let command = SendCodeCommand { origin: ann.origin(), ..to_person(&ann) };
            beyond_half_of_all(world);
            command
        },
        Done(is_sent),
        SENT,
    ),
];
