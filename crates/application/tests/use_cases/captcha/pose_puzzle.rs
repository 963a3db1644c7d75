//! Puzzles that are posed.

use std::sync::atomic::Ordering;

use auth_application::captcha::PosePuzzleRefusal::{KindOff, TooOften};
use auth_application::captcha::{PosePuzzleRefusal, Posed};
use auth_application::kit::Halt;
use auth_contracts::samples;
use auth_domain::captcha::{PosedPuzzle, Puzzle, PuzzleKind};
use auth_domain::origin::{Network, Origin};
use auth_ports::Clock as _;
use chrono::TimeDelta;

use crate::table::Expected::{Done, Failed};
use crate::table::{NOTHING, Row, check, refused};
use crate::world::{World, at_once, once_per};

type Asking = (PuzzleKind, Origin);

async fn run(world: &World, (kind, origin): Asking) -> Result<Posed, Halt<PosePuzzleRefusal>> {
    world.pose_puzzle().run(kind, &origin).await
}

fn image() -> Asking {
    (PuzzleKind::Image, samples::sample_origin())
}

fn asked_before(world: &mut World) -> Asking {
    world.rules.quota = Some(once_per(60));
    at_once(run(world, image())).expect("posed");
    image()
}

/// The token is the puzzle's, for whoever asked, and the puzzle has the characters that solve it.
fn is_posed(world: &World, (kind, origin): &Asking, posed: Posed) {
    assert_eq!(posed.expires_in, TimeDelta::seconds(300));
    let read = |seconds: i64| {
        PosedPuzzle::open(&posed.token, &world.key, origin, world.clock.now() + TimeDelta::seconds(seconds))
    };
    let puzzle = read(0).expect("it lives");
    assert_eq!((puzzle.kind, read(299), read(300)), (*kind, Some(puzzle), None));
    let Puzzle::Image { bytes, .. } = &posed.puzzle else { panic!("{:?}", posed.puzzle) };
    assert!(puzzle.seed(&world.key, origin).is_spelt(std::str::from_utf8(bytes).expect("ASCII")));
    let other = at_once(run(world, (*kind, origin.clone()))).expect("posed");
    assert_ne!((other.token, other.puzzle), (posed.token, posed.puzzle), "no two puzzles are the same");
}

fn is_another(_: &World, _: &Asking, _: Posed) {}

#[test]
fn puzzles_are_posed() {
    check(ROWS, run);
}

const ROWS: &[Row<Asking, Posed, PosePuzzleRefusal>] = &[
    ("an image", |_| image(), Done(is_posed), NOTHING),
    (
        "as often as the limit allows",
        |world| {
            let asking = asked_before(world);
            world.pass(60);
            asking
        },
        Done(is_another),
        NOTHING,
    ),
    (
        "after a clock that ran ahead, by which one was posed, was put right",
        |world| {
            world.pass(864_000);
            let asking = asked_before(world);
            world.pass(-864_000);
            asking
        },
        Done(is_another),
        NOTHING,
    ),
    (
        "from another network",
        |world| {
            let (kind, origin) = asked_before(world);
            (kind, Origin { network: Network::of("192.0.2.77".parse().expect("an address")), ..origin })
        },
        Done(is_another),
        NOTHING,
    ),
    ("switched off", |_| (PuzzleKind::Work, samples::sample_origin()), refused!(KindOff), NOTHING),
    (
        "too often from one network",
        asked_before,
        refused!(TooOften { retry_after } if *retry_after == TimeDelta::minutes(1)),
        NOTHING,
    ),
    (
        "too often from networks that may be one customer's",
        |world| {
            let (kind, origin) = asked_before(world);
            let from =
                |address: &str| Origin { network: Network::of(address.parse().expect("an address")), ..origin.clone() };
            at_once(run(world, (kind, from("2001:db8:1:1::1")))).expect("posed");
            (kind, from("2001:db8:1:3::1"))
        },
        refused!(TooOften { .. }),
        NOTHING,
    ),
    (
        "too many are waiting",
        |world| {
            world.puzzles.overloaded.store(true, Ordering::Relaxed);
            image()
        },
        Failed,
        NOTHING,
    ),
    (
        "the limits are away",
        |world| {
            world.rules.quota = Some(once_per(60));
            world.without(|ports| &ports.limits);
            image()
        },
        Failed,
        NOTHING,
    ),
];

#[test]
fn the_more_are_posed_the_harder_they_get() {
    let world = World::new();
    let pose = world.pose_puzzle();
    let effort = || {
        let (kind, origin) = image();
        let posed = at_once(pose.run(kind, &origin)).expect("posed");
        PosedPuzzle::open(&posed.token, &world.key, &origin, world.clock.now()).expect("it lives").effort
    };
    assert_eq!([effort(), effort(), effort()], [1_000, 1_900, 2_800]);
    let most = (0..20).map(|_| effort()).max();
    assert_eq!(most, Some(10_000));
    world.pass(600);
    assert_eq!(effort(), 1_000);
}
