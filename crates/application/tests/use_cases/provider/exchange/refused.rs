//! Grants that are not.

use auth_application::kit::{self, Halt, OverBudget};
use auth_application::provider::ExchangeCommand;
use auth_application::provider::ExchangeProviderRefusal::{
    Faulty, NoDevice, NoFlow, NotOneGrant, RedirectUri, Refused, TooOften, UnknownProvider, Unsupported,
};
use auth_contracts::samples::{sample_device, sample_origin};
use auth_domain::origin::Origin;
use auth_memory::MemoryStores;
use auth_ports::ExchangeError;
use chrono::TimeDelta;

use super::{PROVEN, Rows, answered, begin, good, good_token, run, vouches, with_code, with_id_token, without_grant};
use crate::table::Expected::{Failed, Undecided};
use crate::table::{NOTHING, check, refused};
use crate::world::{Origins as _, Ports, World, at_once, once_per, secret};

#[test]
fn nothing_else_is() {
    check(REFUSED, run);
}

const REFUSED: Rows = &[
    (
        "by a provider that is not configured",
        |world| ExchangeCommand { provider_id: "google".to_owned(), ..good(world) },
        refused!(UnknownProvider),
        NOTHING,
    ),
    (
        "with an address that nobody registered",
        |world| ExchangeCommand { redirect_uri: Some("https://evil.example/".to_owned()), ..good(world) },
        refused!(RedirectUri),
        NOTHING,
    ),
    (
        "without a grant",
        |world| {
            good(world);
            without_grant()
        },
        refused!(NotOneGrant),
        NOTHING,
    ),
    (
        "with two grants",
        |world| ExchangeCommand { access_token: Some(secret("a-token")), ..good(world) },
        refused!(NotOneGrant),
        NOTHING,
    ),
    ("with a grant of another sort", |_| with_id_token(), refused!(Unsupported), NOTHING),
    (
        "with a grant that the provider refuses",
        |world| answered(world, || Err(ExchangeError::Refused("the code has expired"))),
        refused!(Refused(text) if *text == "the code has expired"),
        NOTHING,
    ),
    (
        "with a grant that proved something before",
        |world| {
            let command = good_token(world);
            assert!(at_once(run(world, command.clone())).is_ok());
            command
        },
        refused!(Refused(text) if text.contains("was used before")),
        NOTHING,
    ),
    (
        "with a grant that is used in this moment",
        |world| {
            let twin = good_token(world);
            world.meanwhile(|world| assert!(at_once(run(world, twin)).is_ok()));
            good_token(world)
        },
        refused!(Refused(text) if text.contains("was used before: fetch a fresh one")),
        PROVEN,
    ),
    (
        "with a code of a flow that another request ends in this moment",
        |world| {
            let twin = good(world);
            let command = twin.clone();
            world.while_asking(|world| assert!(at_once(run(world, twin)).is_ok()));
            command
        },
        refused!(NoFlow),
        PROVEN,
    ),
    (
        "with a code of a flow whose place another one takes in this moment",
        |world| {
            let command = good(world);
            let origin = command.origin.clone();
            world.while_asking(move |world| begin(world, &origin, None));
            command
        },
        refused!(NoFlow),
        NOTHING,
    ),
    (
        "with a code of a flow that has ended",
        |world| {
            let command = good(world);
            assert!(at_once(run(world, command.clone())).is_ok());
            command
        },
        refused!(NoFlow),
        NOTHING,
    ),
    (
        "with a code that comes back too late",
        |world| {
            let command = good(world);
            world.pass(600);
            command
        },
        refused!(NoFlow),
        NOTHING,
    ),
    (
        "with a code, and no flow has begun",
        |world| {
            world.provider.answer_with(vouches);
            with_code()
        },
        refused!(NoFlow),
        NOTHING,
    ),
    (
        "with a code, and without a device",
        |world| {
            let command = good(world);
            ExchangeCommand { origin: Origin { device: None, ..sample_origin() }, ..command }
        },
        refused!(NoDevice),
        NOTHING,
    ),
    (
        "by a provider that cannot be asked",
        |world| answered(world, || Err(ExchangeError::Faulty("it is away".into()))),
        refused!(Faulty(_)),
        NOTHING,
    ),
    (
        "too often from one network",
        |world| {
            world.rules.quota = Some(once_per(60));
            at_once(run(world, with_id_token())).err().expect("unsupported as yet");
            good(world)
        },
        refused!(TooOften(OverBudget::TooOften(kit::TooOften { retry_after, .. })) if *retry_after == TimeDelta::minutes(1)),
        NOTHING,
    ),
];

#[test]
fn a_failure_costs_nothing() {
    check(FAILING, run);
}

/// With a code that is good, while this port is away.
fn good_without(world: &World, port: fn(&Ports) -> &MemoryStores) -> ExchangeCommand {
    let command = good(world);
    world.without(port);
    command
}

const FAILING: Rows = &[
    (
        "the limits are away",
        |world| {
            world.rules.quota = Some(once_per(1));
            world.without(|ports| &ports.limits);
            good_token(world)
        },
        Failed,
        NOTHING,
    ),
    ("the flows are away", |world| good_without(world, |ports| &ports.provider_flows), Failed, NOTHING),
    (
        "the proofs are away",
        |world| {
            world.without(|ports| &ports.proofs);
            good_token(world)
        },
        Failed,
        NOTHING,
    ),
    (
        "the proofs are away, and the provider takes a code only once",
        |world| good_without(world, |ports| &ports.proofs),
        Undecided,
        NOTHING,
    ),
    (
        "the limits are away, and it is too often",
        |world| {
            let command = good(world);
            world.rules.quota = Some(once_per(60));
            at_once(run(world, with_id_token())).expect("counted");
            world.without(|ports| &ports.limits);
            command
        },
        Undecided,
        NOTHING,
    ),
];

/// Clients carry only the code from one end to the other.
#[test]
fn the_end_of_a_flow_fits_its_beginning_and_no_other() {
    let world = World::new();
    let (origin, back) = (sample_origin(), Some("https://app.example/back"));
    begin(&world, &origin, None);
    let end = |origin: &Origin, redirect_uri: Option<&str>| {
        let (origin, redirect_uri) = (origin.clone(), redirect_uri.map(str::to_owned));
        let ended = at_once(run(&world, ExchangeCommand { redirect_uri, origin, ..with_code() }));
        match ended.err().expect("unsupported") {
            Halt::Refused(NoFlow) => None,
            Halt::Refused(Unsupported) => world.provider.flows().pop(),
            other => panic!("{other:?}"),
        }
    };
    let began = world.provider.flows().pop().expect("the provider was asked");
    assert_eq!(end(&origin, None), Some(began.clone()));
    assert_eq!(end(&origin, back), Some(began), "the first address is the default");
    for (what, origin, redirect_uri) in [
        ("another device", Origin { device: Some(sample_device()), ..origin.clone() }, None),
        ("another client", origin.clone().at_another_client(), None),
        ("another address", origin.clone(), Some("https://app.example/elsewhere")),
    ] {
        assert_eq!(end(&origin, redirect_uri), None, "{what}");
    }
    begin(&world, &origin, back);
    let newest = world.provider.flows().pop().expect("the provider was asked");
    assert_eq!(end(&origin, None), Some(newest), "the newest wins");
}
