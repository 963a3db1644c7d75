//! Ten days in which many networks ask for codes to one account's address and to one that nobody has yet.

use auth_application::kit::{GateRefusal, Halt};
use auth_application::verification::{SendCodeCommand, SendCodeRefusal, SentCode};
use auth_contracts::samples::sample_origin;
use auth_domain::origin::{Network, Origin};

use super::shares::with_a_pass;
use super::{run, to_nobody, to_person};
use crate::world::{World, at_once};

const DAYS: i64 = 10;
/// Hostile requests in a day, each from another network, half of them to either address.
const REQUESTS: i64 = 1_000;
const SECONDS_BETWEEN: i64 = 86_400 / REQUESTS;

/// The same from another device in this network.
fn from(network: [u8; 4], command: &SendCodeCommand) -> SendCodeCommand {
    let origin = Origin { network: Network::of(network.into()), ..sample_origin() };
    SendCodeCommand { origin, ..command.clone() }
}

/// Asks for a code and, if the gate asks for it, once more with a pass.
fn ask_as_a_person(world: &World, command: SendCodeCommand) -> Result<SentCode, Halt<SendCodeRefusal>> {
    match at_once(run(world, command.clone())) {
        Err(Halt::Refused(SendCodeRefusal::Gate(GateRefusal::CaptchaRequired))) => {
            at_once(run(world, with_a_pass(world, command)))
        }
        outcome => outcome,
    }
}

#[test]
fn strangers_from_a_thousand_networks_keep_nobody_out_for_ten_days() {
    let mut world = World::new();
    world.rules.verification.hard_factor = 4;
    let ann = world.ann();
    let (at_anns, at_nobodys) = (to_person(&ann), to_nobody());
    for day in 0..DAYS {
        for n in 0..REQUESTS {
            let [high, low] = u16::try_from(n).expect("few").to_be_bytes();
            let address = if n % 2 == 0 { &at_anns } else { &at_nobodys };
            // Most are refused, which is not what is tested here.
            let _ = at_once(run(&world, from([11, high, low, 7], address)));
            world.pass(SECONDS_BETWEEN);
        }
        at_once(run(&world, SendCodeCommand { origin: ann.origin(), ..at_anns.clone() })).expect("the owner, at once");
        let newcomer = from([203, 0, 113, u8::try_from(day).expect("few")], &at_nobodys);
        ask_as_a_person(&world, newcomer).expect("a newcomer, with a captcha");
        let afar = from([198, 51, 100, u8::try_from(day).expect("few")], &at_anns);
        ask_as_a_person(&world, afar).expect("the owner on a device that nobody knows, with a captcha");
    }
}
