//! Where browsers go that third parties sent to the service.

use auth_application::kit::Halt;
use auth_application::provider::SendOnRefusal;
use auth_application::provider::SendOnRefusal::{RedirectUri, UnknownProvider};

use crate::table::Expected::Done;
use crate::table::{NOTHING, Row, check, refused};
use crate::world::World;

/// A provider, and a position in its list.
type Command = (&'static str, usize);
type Rows = &'static [Row<Command, String, SendOnRefusal>];

async fn run(world: &World, (provider, position): Command) -> Result<String, Halt<SendOnRefusal>> {
    world.send_on().run(provider, position).map_err(Halt::Refused)
}

fn posting(world: &World, position: usize) -> Command {
    world.provider.post_back();
    ("github", position)
}

#[test]
fn browsers_go_to_registered_addresses_only() {
    check(ROWS, run);
}

const ROWS: Rows = &[
    (
        "to the first one",
        |world| posting(world, 1),
        Done(|_, _, address| assert_eq!(address, "https://app.example/back")),
        NOTHING,
    ),
    (
        "to the second one",
        |world| posting(world, 2),
        Done(|_, _, address| assert_eq!(address, "https://app.example/elsewhere")),
        NOTHING,
    ),
    ("to one that is not there", |world| posting(world, 3), refused!(RedirectUri), NOTHING),
    ("to none", |world| posting(world, 0), refused!(RedirectUri), NOTHING),
    ("from a provider whose browsers do not come here", |_| ("github", 1), refused!(UnknownProvider), NOTHING),
    (
        "from a provider that is not configured",
        |world| {
            world.provider.post_back();
            ("google", 1)
        },
        refused!(UnknownProvider),
        NOTHING,
    ),
];
