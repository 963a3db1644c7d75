//! Whether the service can do its work.

use std::time::Duration;

use auth_application::kit::Halt;
use auth_application::upkeep::{Draining, NoTraffic};
use auth_ports::KeySetPublisher as _;

use crate::table::Expected::{Done, Failed};
use crate::table::{NOTHING, Row, check};
use crate::world::World;

async fn run(world: &World, (): ()) -> Result<(), Halt<NoTraffic>> {
    world.readiness().check().await
}

#[test]
fn the_service_is_ready_while_its_store_is() {
    check(ROWS, run);
}

const ROWS: &[Row<(), (), NoTraffic>] = &[
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

#[tokio::test]
async fn a_server_that_is_about_to_stop_wants_no_traffic() {
    let (world, draining) = (World::new(), Draining::default());
    let readiness = world.readiness_of(draining.clone());
    assert!(readiness.check().await.is_ok());
    draining.begin();
    assert!(matches!(readiness.check().await, Err(Halt::Refused(NoTraffic::Draining))));
}

#[test]
fn the_keys_are_published_as_they_are() {
    let world = World::new();
    assert_eq!(world.readiness().key_set(), world.tokens.key_set());
}

#[tokio::test(start_paused = true)]
async fn workers_begin_once_the_store_is_ready() {
    let world = World::new();
    world.without(|ports| &ports.upkeep);
    let readiness = world.readiness();
    let begin = readiness.begin();
    tokio::pin!(begin);
    assert!(tokio::time::timeout(Duration::from_secs(60), &mut begin).await.is_err(), "the store is away");
    world.ports.upkeep.set_failing(false);
    tokio::time::timeout(Duration::from_secs(2), begin).await.expect("the store is back");
}
