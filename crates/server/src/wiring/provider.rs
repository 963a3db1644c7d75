//! Third parties that vouch for people.

use std::sync::Arc;

use auth_application::kit::Providers;
use auth_application::provider::{ExchangeProviderCode, LocateProvider};
use auth_http::ProviderUseCases;
use auth_ports::IdentityProvider;

use super::parts::Parts;
use crate::program::ConfiguredProvider;
use crate::{Configuration, StartFailure};

pub(super) fn providers(parts: &Parts<'_>) -> Result<Providers, StartFailure> {
    Ok(Providers::new(adapters(parts.configuration)?, parts.clients.clone()))
}

pub(super) fn use_cases(parts: &Parts<'_>, providers: &Providers) -> ProviderUseCases {
    ProviderUseCases {
        locate: Arc::new(locate_provider(parts, providers)),
        exchange: Arc::new(exchange_provider_code(parts, providers)),
    }
}

fn locate_provider(parts: &Parts<'_>, providers: &Providers) -> LocateProvider {
    LocateProvider::new(providers.clone(), parts.entropy.clone(), parts.key.clone())
}

fn exchange_provider_code(parts: &Parts<'_>, providers: &Providers) -> ExchangeProviderCode {
    let Parts { stores, key, settings, .. } = parts;
    let limit = parts.limited("provider_token", settings.limits.provider_tokens_per_network());
    let providers = providers.clone();
    ExchangeProviderCode::new(providers, stores.proofs.clone(), parts.recorder(), key.clone(), limit)
}

/// Builds the adapters, each with its section.
fn adapters(configuration: &Configuration) -> Result<Vec<Arc<dyn IdentityProvider>>, StartFailure> {
    let provider = |configured: &ConfiguredProvider| {
        let ConfiguredProvider { id, make } = configured;
        make(id.clone(), &configuration.kit).map_err(|problem| problem.of_section(&format!("providers.{id}")))
    };
    Ok(configuration.providers.iter().map(provider).collect::<Result<_, _>>()?)
}
