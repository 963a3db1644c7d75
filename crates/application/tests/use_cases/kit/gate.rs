//! What the bot gate lets pass.

use auth_application::kit::{GateRefusal, Halt};
use auth_contracts::samples;
use auth_domain::captcha::{Asked, GateMode, GatedCall, Pass, PuzzleId};
use auth_domain::clients::ClientId;
use auth_domain::origin::{CaptchaToken, Network, Origin};
use auth_ports::Clock as _;

use crate::table::Expected::{Done, Failed};
use crate::table::{NOTHING, Row, check, refused};
use crate::world::{World, at_once};

type Rows = &'static [Row<(Origin, Asked), (), GateRefusal>];

const SEND: Asked = Asked::OnArrival(GatedCall::SendCode);

async fn run(world: &World, (origin, asked): (Origin, Asked)) -> Result<(), Halt<GateRefusal>> {
    world.gate().pass(&origin, asked).await
}

fn always(world: &mut World) {
    world.rules.gate.mode = GateMode::Always;
}

/// A request of the sample client that shows a pass, which it earned by solving a puzzle just now.
fn with_a_pass(world: &World) -> Origin {
    let origin = samples::sample_origin();
    let pass = Pass { puzzle: PuzzleId::new([7; 16]), expires_at: world.clock.now() + Pass::LIFE };
    let captcha = Some(CaptchaToken::shown(pass.seal(&world.key, &origin)));
    Origin { captcha, ..origin }
}

/// The same pass in another request.
fn shown_again(origin: &Origin) -> Origin {
    let captcha = origin.captcha.as_ref().map(|token| CaptchaToken::shown(token.as_str()));
    Origin { captcha, ..origin.clone() }
}

fn asked(world: &mut World) -> (Origin, Asked) {
    always(world);
    (with_a_pass(world), SEND)
}

fn passed(world: &World, origin: &Origin) -> Result<(), Halt<GateRefusal>> {
    at_once(world.gate().pass(origin, SEND))
}

/// The pass has paid for this call and for no other.
fn is_used_up(world: &World, (origin, _): &(Origin, Asked), (): ()) {
    passed(world, origin).expect("it is the same call");
    let again = passed(world, &shown_again(origin));
    assert!(matches!(again, Err(Halt::Refused(GateRefusal::CaptchaInvalid))), "{again:?}");
}

/// Nobody asked for the pass, so it is still good.
fn is_left(world: &World, (origin, _): &(Origin, Asked), (): ()) {
    let mut world = world.clone();
    always(&mut world);
    passed(&world, origin).expect("the pass is good");
}

fn nothing_more(_: &World, _: &(Origin, Asked), (): ()) {}

#[test]
fn who_passes() {
    check(ROWS, run);
}

const ROWS: Rows = &[
    ("a pass where one is wanted", asked, Done(is_used_up), NOTHING),
    ("a pass where none is wanted", |world| (with_a_pass(world), SEND), Done(is_left), NOTHING),
    ("no pass where none is wanted", |_| (samples::sample_origin(), SEND), Done(nothing_more), NOTHING),
    (
        "a pass for what is above a soft limit",
        |world| (with_a_pass(world), Asked::OverLimit),
        Done(is_used_up_for_limits),
        NOTHING,
    ),
    (
        "no pass for what is above a soft limit",
        |_| (samples::sample_origin(), Asked::OverLimit),
        refused!(GateRefusal::CaptchaRequired),
        NOTHING,
    ),
    (
        "what is above a soft limit, where there is no gate",
        |world| {
            world.rules.gate.mode = GateMode::Off;
            (samples::sample_origin(), Asked::OverLimit)
        },
        Done(nothing_more),
        NOTHING,
    ),
    (
        "no pass where one is wanted",
        |world| {
            always(world);
            (samples::sample_origin(), SEND)
        },
        refused!(GateRefusal::CaptchaRequired),
        NOTHING,
    ),
    (
        "a pass of another network",
        |world| {
            always(world);
            let network = Network::of("192.0.2.77".parse().expect("an address"));
            (Origin { network, ..with_a_pass(world) }, SEND)
        },
        refused!(GateRefusal::CaptchaInvalid),
        NOTHING,
    ),
    (
        "a pass of another client",
        |world| {
            always(world);
            let client = ClientId::parse("another").expect("a client id");
            (Origin { client, ..with_a_pass(world) }, SEND)
        },
        refused!(GateRefusal::CaptchaInvalid),
        NOTHING,
    ),
    (
        "a pass that has expired",
        |world| {
            let request = asked(world);
            world.pass(120);
            request
        },
        refused!(GateRefusal::CaptchaInvalid),
        NOTHING,
    ),
    (
        "any text",
        |world| {
            always(world);
            (Origin { captcha: Some(CaptchaToken::shown("text")), ..samples::sample_origin() }, SEND)
        },
        refused!(GateRefusal::CaptchaInvalid),
        NOTHING,
    ),
    (
        "a limiter that fails",
        |world| {
            let request = asked(world);
            world.without(|ports| &ports.limits);
            request
        },
        Failed,
        NOTHING,
    ),
];

/// Above the limit the pass has paid for this call and for no other.
fn is_used_up_for_limits(world: &World, (origin, asked): &(Origin, Asked), (): ()) {
    let pass = |origin: &Origin| at_once(world.gate().pass(origin, *asked));
    pass(origin).expect("it is the same call");
    let again = pass(&shown_again(origin));
    assert!(matches!(again, Err(Halt::Refused(GateRefusal::CaptchaInvalid))), "{again:?}");
}

#[test]
fn a_puzzle_earns_one_pass_however_often_it_was_solved() {
    let mut world = World::new();
    always(&mut world);
    let first = with_a_pass(&world);
    world.pass(60);
    let second = with_a_pass(&world);
    assert_ne!(first.captcha, second.captcha);
    passed(&world, &first).expect("a good pass");
    let again = passed(&world, &second);
    assert!(matches!(again, Err(Halt::Refused(GateRefusal::CaptchaInvalid))), "{again:?}");
}
