//! Whether the service can do its work.

use std::convert::Infallible;

use auth_application::kit::Halt;
use auth_ports::KeySetPublisher as _;

use crate::table::Expected::{Done, Failed};
use crate::table::{NOTHING, Row, check};
use crate::world::World;

async fn run(world: &World, (): ()) -> Result<(), Halt<Infallible>> {
    Ok(world.readiness().check().await?)
}

#[test]
fn the_service_is_ready_while_its_store_is() {
    check(ROWS, run);
}

const ROWS: &[Row<(), (), Infallible>] = &[
    ("the store answers", |_| (), Done(|_, (), ()| ()), NOTHING),
    (
        "the store is away",
        |world| {
            world.without(|ports| &ports.upkeep);
        },
        Failed,
        NOTHING,
    ),
];

#[test]
fn the_keys_are_published_as_they_are() {
    let world = World::new();
    assert_eq!(world.readiness().key_set(), world.tokens.key_set());
}
