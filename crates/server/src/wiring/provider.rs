//! Third parties that vouch for people.

use std::net::SocketAddr;
use std::sync::Arc;

use auth_application::kit::Providers;
use auth_application::provider::{ExchangeProviderCode, Flows, LocateProvider, SendOn};
use auth_http::ProviderUseCases;
use auth_ports::IdentityProvider;

use super::parts::Parts;
use crate::program::ConfiguredProvider;
use crate::{Configuration, StartFailure};

/// What adapters do is counted.
pub(super) fn providers(parts: &Parts<'_>, adapters: Vec<Arc<dyn IdentityProvider>>) -> Providers {
    let counted = adapters.into_iter().map(|adapter| parts.metrics.around_provider(adapter)).collect();
    Providers::new(counted, parts.clients.clone())
}

pub(super) fn use_cases(parts: &Parts<'_>, providers: &Providers) -> ProviderUseCases {
    let flows = Flows::new(parts.stores.provider_flows.clone(), parts.key.clone());
    ProviderUseCases {
        locate: Arc::new(locate_provider(parts, providers, flows.clone())),
        exchange: Arc::new(exchange_provider_code(parts, providers, flows)),
        send_on: Arc::new(SendOn::new(providers.clone())),
    }
}

fn locate_provider(parts: &Parts<'_>, providers: &Providers, flows: Flows) -> LocateProvider {
    let limit = parts.limited("provider_flow", parts.settings.limits.provider_tokens_per_network());
    LocateProvider::new(providers.clone(), flows, parts.recorder(), limit)
}

fn exchange_provider_code(parts: &Parts<'_>, providers: &Providers, flows: Flows) -> ExchangeProviderCode {
    let limit = parts.limited("provider_token", parts.settings.limits.provider_tokens_per_network());
    ExchangeProviderCode::new(providers.clone(), flows, parts.stores.proofs.clone(), parts.recorder(), limit)
}

/// The third parties as they are configured, each with its section. `public` is the address of the public listener.
pub(crate) fn third_parties(
    configuration: &Configuration,
    public: SocketAddr,
) -> Result<Vec<Arc<dyn IdentityProvider>>, StartFailure> {
    let kit = configuration.kit.clone().with_public_url(&configuration.settings.http.public_url(public));
    let provider = |configured: &ConfiguredProvider| {
        let ConfiguredProvider { id, make } = configured;
        make(id.clone(), &kit).map_err(|problem| problem.of_section(&format!("providers.{id}")))
    };
    Ok(configuration.providers.iter().map(provider).collect::<Result<_, _>>()?)
}
