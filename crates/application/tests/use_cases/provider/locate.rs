//! Where to send people.

use auth_application::kit::{self, Halt, OverBudget};
use auth_application::provider::LocateProviderRefusal::{Faulty, NoDevice, RedirectUri, TooOften, UnknownProvider};
use auth_application::provider::{LocateCommand, LocateProviderRefusal};
use auth_contracts::samples::{sample_client, sample_origin};
use auth_domain::clients::{Client, ClientKind};
use auth_domain::origin::Origin;
use auth_domain::provider_flows::FLOW_TTL;
use auth_ports::{Clock as _, ExchangeError};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;

use crate::table::Expected::{Done, Failed};
use crate::table::{NOTHING, Row, check, refused};
use crate::world::{World, at_once, once_per, registered};

type Rows = &'static [Row<LocateCommand, String, LocateProviderRefusal>];

async fn run(world: &World, command: LocateCommand) -> Result<String, Halt<LocateProviderRefusal>> {
    world.locate_provider().run(command).await
}

/// As short as can be, but for the state.
fn to_github() -> LocateCommand {
    LocateCommand {
        provider_id: "github".to_owned(),
        redirect_uri: None,
        state: Some("a-state".to_owned()),
        scope: None,
        other_params: vec![],
        origin: sample_origin(),
    }
}

fn returning_to(redirect_uri: &str) -> LocateCommand {
    LocateCommand { redirect_uri: Some(redirect_uri.to_owned()), ..to_github() }
}

/// The sample client may return to one of the provider's addresses only, which is not the first.
fn elsewhere_only(world: &mut World) {
    let redirect_uris = Some(vec!["https://app.example/elsewhere".to_owned()]);
    world.rules.register(vec![Client { redirect_uris, ..registered(sample_client().as_str(), ClientKind::Public) }]);
}

/// The provider was asked for an address that returns there, and gave it; the flow is kept.
fn returns_to(world: &World, address: &str, redirect_uri: &str) {
    assert_eq!(address, "https://github.example/authorize?state=a-state");
    let [flow] = world.provider.flows().try_into().expect("it was asked once");
    assert_eq!(flow.redirect_uri, redirect_uri);
    assert_eq!((flow.pkce_verifier.len(), flow.nonce.len()), (43, 43), "RFC 7636, 4.1: at least 43 characters");
    assert_ne!(flow.pkce_verifier, flow.nonce, "the nonce is no secret");
    let [kept] = world.stores.provider_flows().try_into().expect("one flow has begun");
    assert_eq!(kept.expires_at, world.clock.now() + FLOW_TTL);
    assert_eq!(kept.pkce_verifier(&world.key), flow.pkce_verifier);
}

#[test]
fn who_is_sent_to_a_provider_returns_to_a_registered_address() {
    check(ROWS, run);
}

const ROWS: Rows = &[
    (
        "to the first one",
        |_| to_github(),
        Done(|world, _, address| returns_to(world, &address, "https://app.example/back")),
        NOTHING,
    ),
    (
        "to the one that is named",
        |_| returning_to("https://app.example/elsewhere"),
        Done(|world, _, address| returns_to(world, &address, "https://app.example/elsewhere")),
        NOTHING,
    ),
    (
        "to the first one of the client",
        |world| {
            elsewhere_only(world);
            to_github()
        },
        Done(|world, _, address| returns_to(world, &address, "https://app.example/elsewhere")),
        NOTHING,
    ),
    (
        "with scopes and parameters for the provider",
        |_| {
            let other_params = vec![("prompt".to_owned(), "consent".to_owned())];
            LocateCommand { scope: Some("email".to_owned()), other_params, ..to_github() }
        },
        Done(|_, _, address| {
            assert_eq!(address, "https://github.example/authorize?state=a-state&scope=email&prompt=consent");
        }),
        NOTHING,
    ),
    (
        "with a state that is drawn",
        |world| {
            world.entropy.script.push(&[7; 16]);
            LocateCommand { state: None, ..to_github() }
        },
        Done(|_, _, address| {
            let state = URL_SAFE_NO_PAD.encode([7; 16]);
            assert_eq!(address, format!("https://github.example/authorize?state={state}"));
        }),
        NOTHING,
    ),
    ("to an address that nobody registered", |_| returning_to("https://evil.example/"), refused!(RedirectUri), NOTHING),
    (
        "to an address that only begins like a registered one",
        |_| returning_to("https://app.example/back/door"),
        refused!(RedirectUri),
        NOTHING,
    ),
    (
        "to an address of the provider that is not the client's",
        |world| {
            elsewhere_only(world);
            returning_to("https://app.example/back")
        },
        refused!(RedirectUri),
        NOTHING,
    ),
    (
        "to a provider that is not configured",
        |_| LocateCommand { provider_id: "google".to_owned(), ..to_github() },
        refused!(UnknownProvider),
        NOTHING,
    ),
    (
        "to a provider that cannot be asked",
        |world| {
            world.provider.answer_with(|| Err(ExchangeError::Faulty("it is away".into())));
            to_github()
        },
        refused!(Faulty(_)),
        NOTHING,
    ),
    (
        "without a device",
        |_| LocateCommand { origin: Origin { device: None, ..sample_origin() }, ..to_github() },
        refused!(NoDevice),
        NOTHING,
    ),
    (
        "too often from one network",
        |world| {
            world.rules.quota = Some(once_per(60));
            begin(world, to_github());
            to_github()
        },
        refused!(TooOften(OverBudget::TooOften(kit::TooOften { retry_after, .. })) if *retry_after == TimeDelta::minutes(1)),
        NOTHING,
    ),
    (
        "while the limits are away",
        |world| {
            world.rules.quota = Some(once_per(60));
            world.without(|ports| &ports.limits);
            to_github()
        },
        Failed,
        NOTHING,
    ),
    (
        "while the flows are away",
        |world| {
            world.without(|ports| &ports.provider_flows);
            to_github()
        },
        Failed,
        NOTHING,
    ),
];

fn begin(world: &World, command: LocateCommand) {
    at_once(run(world, command)).unwrap_or_else(|halt| panic!("{halt:?}"));
}

/// A device has one flow to an address; those of other devices and to other addresses go on.
#[test]
fn the_newest_flow_takes_the_place_of_the_one_before_it() {
    let world = World::new();
    let ids = |world: &World| world.stores.provider_flows().iter().map(|flow| flow.id).collect::<Vec<_>>();
    let command = to_github();
    begin(&world, command.clone());
    let first = ids(&world);
    begin(&world, command.clone());
    let second = ids(&world);
    assert!(second.len() == 1 && second != first, "{first:?}, then {second:?}");
    let [one, other] = world.provider.flows().try_into().expect("it was asked twice");
    assert_ne!((one.pkce_verifier, one.nonce), (other.pkce_verifier, other.nonce));
    begin(&world, LocateCommand { redirect_uri: Some("https://app.example/elsewhere".to_owned()), ..command });
    begin(&world, to_github());
    assert_eq!(ids(&world).len(), 3);
}

#[test]
fn no_flow_begins_without_an_address() {
    let world = World::new();
    world.provider.answer_with(|| Err(ExchangeError::Faulty("it is away".into())));
    at_once(run(&world, to_github())).expect_err("it is away");
    assert_eq!(world.stores.provider_flows(), []);
}

#[test]
fn no_two_drawn_states_are_the_same() {
    let world = World::new();
    let [one, other] = [(); 2].map(|()| {
        at_once(run(&world, LocateCommand { state: None, ..to_github() })).unwrap_or_else(|halt| panic!("{halt:?}"))
    });
    assert_ne!(one, other);
}
