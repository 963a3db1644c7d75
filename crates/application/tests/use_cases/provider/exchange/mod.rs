//! Trading what third parties gave for proofs.

mod proven;
mod refused;

use auth_application::kit::Halt;
use auth_application::provider::{ExchangeCommand, ExchangeProviderRefusal, LocateCommand, ProviderReceipt};
use auth_contracts::samples::{sample_external_profile, sample_origin};
use auth_domain::origin::Origin;
use auth_domain::secret_bytes::SecretHash;
use auth_ports::{ExchangeError, Exchanged};

use crate::table::{Effects, NOTHING, Row};
use crate::world::{World, at_once, secret};

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
        nonce: None,
        access_token: None,
        redirect_uri: None,
        origin: sample_origin(),
    }
}

fn with_code() -> ExchangeCommand {
    ExchangeCommand { code: Some(secret("a-code")), ..without_grant() }
}

fn with_id_token() -> ExchangeCommand {
    ExchangeCommand { id_token: Some(secret("an-id-token")), ..without_grant() }
}

/// Sends somebody to the provider.
fn begin(world: &World, origin: &Origin, redirect_uri: Option<&str>) {
    let (provider_id, redirect_uri) = ("github".to_owned(), redirect_uri.map(str::to_owned));
    let origin = origin.clone();
    let command = LocateCommand { provider_id, redirect_uri, state: None, scope: None, other_params: vec![], origin };
    at_once(world.locate_provider().run(command)).unwrap_or_else(|halt| panic!("{halt:?}"));
}

/// Begins a flow, which ends with a code that is good.
fn good(world: &World) -> ExchangeCommand {
    answered(world, vouches)
}

/// Begins a flow, which ends with a code to which the provider answers this.
fn answered(world: &World, answer: fn() -> Result<Exchanged, ExchangeError>) -> ExchangeCommand {
    let command = with_code();
    begin(world, &command.origin, None);
    world.provider.answer_with(answer);
    command
}

/// With an ID token that is good.
fn good_token(world: &World) -> ExchangeCommand {
    world.provider.answer_with(vouches);
    with_id_token()
}
