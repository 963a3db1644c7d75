//! Answers to puzzles.

use auth_application::captcha::SolvePuzzleRefusal::{Exhausted, Unknown, Wrong};
use auth_application::captcha::{EarnedPass, SolvePuzzleCommand, SolvePuzzleRefusal};
use auth_application::kit::Halt;
use auth_contracts::samples;
use auth_domain::captcha::{Asked, GateMode, GatedCall, PosedPuzzle, PuzzleAnswer, PuzzleKind};
use auth_domain::clients::ClientId;
use auth_domain::origin::{CaptchaToken, Network, Origin};
use auth_ports::Clock as _;
use chrono::TimeDelta;

use crate::table::Expected::{Done, Failed};
use crate::table::{NOTHING, Row, check, refused};
use crate::world::{World, at_once};

type Rows = &'static [Row<SolvePuzzleCommand, EarnedPass, SolvePuzzleRefusal>];

async fn run(world: &World, command: SolvePuzzleCommand) -> Result<EarnedPass, Halt<SolvePuzzleRefusal>> {
    world.solve_puzzle().run(command).await
}

/// The right answer to a puzzle that was just posed.
fn right(world: &mut World) -> SolvePuzzleCommand {
    let origin = samples::sample_origin();
    let token = at_once(world.pose_puzzle().run(PuzzleKind::Image, &origin)).expect("posed").token;
    let puzzle = PosedPuzzle::open(&token, &world.key, &origin, world.clock.now()).expect("it lives");
    let answer = PuzzleAnswer::Text(puzzle.seed(&world.key, &origin).characters().iter().collect());
    SolvePuzzleCommand { token, answer, origin }
}

fn wrong(world: &mut World) -> SolvePuzzleCommand {
    SolvePuzzleCommand { answer: PuzzleAnswer::Text("WRONG".to_owned()), ..right(world) }
}

/// The right answer, after so many wrong ones.
fn right_after(world: &mut World, tries: usize) -> SolvePuzzleCommand {
    let right = right(world);
    for _ in 0..tries {
        let wrong = SolvePuzzleCommand { answer: PuzzleAnswer::Text("WRONG".to_owned()), ..right.clone() };
        assert!(at_once(run(world, wrong)).is_err());
    }
    right
}

/// Somebody else with somebody's answer.
fn in_the_name_of(world: &mut World, other: fn(Origin) -> Origin) -> SolvePuzzleCommand {
    let right = right(world);
    SolvePuzzleCommand { origin: other(right.origin.clone()), ..right }
}

/// The pass is good at the gate for two minutes, for whoever earned it.
fn is_earned(world: &World, command: &SolvePuzzleCommand, earned: EarnedPass) {
    assert_eq!(earned.expires_in, TimeDelta::seconds(10), "nothing for SDKs to keep");
    let mut world = world.clone();
    world.rules.gate.mode = GateMode::Always;
    let gate = world.gate();
    let showing = |token: &str| Origin { captcha: Some(CaptchaToken::shown(token)), ..command.origin.clone() };
    let pass = |origin: &Origin| at_once(gate.pass(origin, Asked::OnArrival(GatedCall::SendCode)));
    world.pass(119);
    pass(&showing(&earned.token)).expect("a good pass");
    assert!(pass(&showing(&earned.token)).is_err(), "it is used up");
    world.pass(-119);
    let again = at_once(run(&world, command.clone())).expect("the answer was lost, perhaps");
    assert!(pass(&showing(&again.token)).is_err(), "one puzzle earns one pass");
}

#[test]
fn right_answers_earn_a_pass() {
    check(ROWS, run);
}

const ROWS: Rows = &[
    ("the right answer", right, Done(is_earned), NOTHING),
    ("the right answer at last", |world| right_after(world, 1), Done(is_earned), NOTHING),
    (
        "in lower case",
        |world| {
            let right = right(world);
            let PuzzleAnswer::Text(text) = &right.answer else { panic!("an image") };
            SolvePuzzleCommand { answer: PuzzleAnswer::Text(text.to_lowercase()), ..right }
        },
        Done(is_earned),
        NOTHING,
    ),
    ("a wrong answer", wrong, refused!(Wrong), NOTHING),
    (
        "an answer of another kind",
        |world| {
            let (salt, challenge, signature) = Default::default();
            SolvePuzzleCommand { answer: PuzzleAnswer::Work { salt, challenge, signature, number: 0 }, ..right(world) }
        },
        refused!(Wrong),
        NOTHING,
    ),
    ("the right answer after three wrong ones", |world| right_after(world, 3), refused!(Exhausted), NOTHING),
    (
        "too late",
        |world| {
            let right = right(world);
            world.pass(300);
            right
        },
        refused!(Unknown),
        NOTHING,
    ),
    ("no puzzle", |world| SolvePuzzleCommand { token: "text".to_owned(), ..right(world) }, refused!(Unknown), NOTHING),
    (
        "another client's puzzle",
        |world| {
            in_the_name_of(world, |origin| {
                let client = ClientId::parse("another").expect("a client id");
                Origin { client, ..origin }
            })
        },
        refused!(Unknown),
        NOTHING,
    ),
    (
        "another network's puzzle",
        |world| {
            in_the_name_of(world, |origin| {
                let network = Network::of("192.0.2.77".parse().expect("an address"));
                Origin { network, ..origin }
            })
        },
        refused!(Unknown),
        NOTHING,
    ),
    (
        "a puzzle of a kind that was switched off meanwhile",
        |world| {
            let origin = samples::sample_origin();
            let expires_at = world.clock.now() + PosedPuzzle::LIFE;
            let id = auth_domain::captcha::PuzzleId::new([7; 16]);
            let puzzle = PosedPuzzle { kind: PuzzleKind::Work, id, effort: 0, expires_at };
            let token = puzzle.seal(&world.key, &origin);
            SolvePuzzleCommand { token, answer: PuzzleAnswer::Text(String::new()), origin }
        },
        refused!(Unknown),
        NOTHING,
    ),
    (
        "the limits are away",
        |world| {
            let right = right(world);
            world.without(|ports| &ports.limits);
            right
        },
        Failed,
        NOTHING,
    ),
];
