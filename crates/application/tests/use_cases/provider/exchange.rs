//! Trading what third parties gave for proofs.

use auth_application::kit::{self, Halt, OverBudget};
use auth_application::provider::ExchangeProviderRefusal::{
    Faulty, NotOneGrant, RedirectUri, Refused, TooOften, UnknownProvider, Unsupported,
};
use auth_application::provider::{ExchangeCommand, ExchangeProviderRefusal, LocateCommand, ProviderReceipt};
use auth_contracts::samples::{sample_device, sample_external_profile, sample_origin};
use auth_domain::origin::Origin;
use auth_domain::proofs::{ProofState, ProofSubject};
use auth_domain::secret_bytes::SecretHash;
use auth_memory::MemoryStores;
use auth_ports::{Clock as _, ExchangeError, Exchanged, Flow, Grant};
use chrono::TimeDelta;

use crate::table::Expected::{Done, Failed, Undecided};
use crate::table::{Effects, NOTHING, Row, check, refused};
use crate::world::{Origins as _, Ports, World, at_once, once_per, secret};

type Rows = &'static [Row<ExchangeCommand, ProviderReceipt, ExchangeProviderRefusal>];

const PROVEN: Effects = Effects { proven: 1, ..NOTHING };

async fn run(world: &World, command: ExchangeCommand) -> Result<ProviderReceipt, Halt<ExchangeProviderRefusal>> {
    world.exchange_provider_code().run(command).await
}

/// Whatever is brought, it proves an identity, and it is always the same evidence.
fn vouches() -> Result<Exchanged, ExchangeError> {
    Ok(Exchanged { profile: sample_external_profile(), evidence: SecretHash::of(b"the evidence") })
}

fn without_grant() -> ExchangeCommand {
    ExchangeCommand {
        provider_id: "github".to_owned(),
        code: None,
        id_token: None,
        access_token: None,
        redirect_uri: None,
        origin: sample_origin(),
    }
}

fn with_code() -> ExchangeCommand {
    ExchangeCommand { code: Some(secret("a-code")), ..without_grant() }
}

/// With a code that is good.
fn good(world: &World) -> ExchangeCommand {
    world.provider.answer_with(vouches);
    with_code()
}

/// With a code to which the provider answers something else.
fn answered(world: &World, answer: fn() -> Result<Exchanged, ExchangeError>) -> ExchangeCommand {
    world.provider.answer_with(answer);
    with_code()
}

/// The proof is of the identity that the provider vouched for, for this client, unspent, for an hour.
fn is_proven(world: &World, command: &ExchangeCommand, receipt: ProviderReceipt) {
    let proof = world.proof_behind(&receipt.token.expose().into());
    assert_eq!(proof.subject, ProofSubject::External(Box::new(receipt.profile)));
    assert_eq!((&proof.client, proof.state), (&command.origin.client, ProofState::Unspent));
    assert_eq!((receipt.expires_in, proof.expires_at - world.clock.now()), (TimeDelta::hours(1), TimeDelta::hours(1)));
}

fn last_grant(world: &World) -> Grant {
    world.provider.grants().pop().expect("the provider was asked")
}

#[test]
fn what_a_provider_vouches_for_is_proven() {
    check(GOOD, run);
}

const GOOD: Rows = &[
    (
        "a code",
        |world| good(world),
        Done(|world, command, receipt| {
            assert!(matches!(last_grant(world), Grant::Code(code) if code == "a-code"));
            is_proven(world, command, receipt);
        }),
        PROVEN,
    ),
    (
        "an ID token",
        |world| ExchangeCommand { code: None, id_token: Some(secret("an-id-token")), ..good(world) },
        Done(|world, command, receipt| {
            assert!(matches!(last_grant(world), Grant::IdToken(token) if token == "an-id-token"));
            is_proven(world, command, receipt);
        }),
        PROVEN,
    ),
    (
        "an access token",
        |world| ExchangeCommand { code: None, access_token: Some(secret("a-token")), ..good(world) },
        Done(|world, command, receipt| {
            assert!(matches!(last_grant(world), Grant::AccessToken(token) if token == "a-token"));
            is_proven(world, command, receipt);
        }),
        PROVEN,
    ),
    (
        "a minute after the last one",
        |world| {
            world.rules.quota = Some(once_per(60));
            at_once(run(world, with_code())).err().expect("unsupported as yet");
            world.pass(60);
            good(world)
        },
        Done(is_proven),
        PROVEN,
    ),
    (
        "after a request that the provider was not asked about",
        |world| {
            world.rules.quota = Some(once_per(60));
            at_once(run(world, without_grant())).err().expect("without a grant");
            good(world)
        },
        Done(is_proven),
        PROVEN,
    ),
];

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
    ("with a grant of another sort", |_| with_code(), refused!(Unsupported), NOTHING),
    (
        "with a grant that the provider refuses",
        |world| answered(world, || Err(ExchangeError::Refused("the code has expired"))),
        refused!(Refused(text) if *text == "the code has expired"),
        NOTHING,
    ),
    (
        "with a grant that proved something before",
        |world| {
            let command = good(world);
            assert!(at_once(run(world, command.clone())).is_ok());
            command
        },
        refused!(Refused(text) if text.contains("was used before")),
        NOTHING,
    ),
    (
        "with a grant that is used in this moment",
        |world| {
            let twin = good(world);
            world.meanwhile(|world| assert!(at_once(run(world, twin)).is_ok()));
            good(world)
        },
        refused!(Refused(text) if text.contains("was used before")),
        PROVEN,
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
            at_once(run(world, with_code())).err().expect("unsupported as yet");
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

fn good_without(world: &mut World, port: fn(&Ports) -> &MemoryStores) -> ExchangeCommand {
    world.rules.quota = Some(once_per(1));
    world.without(port);
    good(world)
}

const FAILING: Rows = &[
    ("the limits are away", |world| good_without(world, |ports| &ports.limits), Failed, NOTHING),
    (
        "the proofs are away",
        |world| {
            world.without(|ports| &ports.proofs);
            good(world)
        },
        Failed,
        NOTHING,
    ),
    (
        "the limits are away, and it is too often",
        |world| {
            world.rules.quota = Some(once_per(60));
            at_once(run(world, with_code())).err().expect("unsupported as yet");
            good_without(world, |ports| &ports.limits)
        },
        Undecided,
        NOTHING,
    ),
];

/// The flow that begins, or ends, with this request.
fn flow_of(world: &World, begins: bool, origin: &Origin, redirect_uri: Option<&str>) -> Flow {
    let (origin, redirect_uri) = (origin.clone(), redirect_uri.map(str::to_owned));
    if begins {
        let provider_id = "github".to_owned();
        let command =
            LocateCommand { provider_id, redirect_uri, state: None, scope: None, other_params: vec![], origin };
        at_once(world.locate_provider().run(command)).unwrap_or_else(|halt| panic!("{halt:?}"));
    } else {
        at_once(run(world, ExchangeCommand { redirect_uri, origin, ..with_code() })).err().expect("unsupported");
    }
    world.provider.flows().pop().expect("the provider was asked")
}

/// Clients carry only the code from one end to the other.
#[test]
fn the_end_of_a_flow_fits_its_beginning_and_no_other() {
    let world = World::new();
    let (origin, elsewhere) = (sample_origin(), Some("https://app.example/elsewhere"));
    let began = flow_of(&world, true, &origin, None);
    let there_too = Origin { user_agent: None, ..origin.clone() };
    assert_eq!(flow_of(&world, false, &there_too, Some("https://app.example/back")).pkce_verifier, began.pkce_verifier);
    assert_eq!(flow_of(&world, false, &there_too, None).nonce, began.nonce);
    for (what, origin, redirect_uri) in [
        ("another device", Origin { device: Some(sample_device()), ..origin.clone() }, None),
        ("no device", Origin { device: None, ..origin.clone() }, None),
        ("another client", origin.clone().at_another_client(), None),
        ("another address", origin, elsewhere),
    ] {
        let ended = flow_of(&world, false, &origin, redirect_uri);
        assert_ne!(ended.pkce_verifier, began.pkce_verifier, "{what}");
        assert_ne!(ended.nonce, began.nonce, "{what}");
    }
}
