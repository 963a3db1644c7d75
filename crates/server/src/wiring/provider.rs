//! Third parties that vouch for people.

use std::sync::Arc;

use auth_application::kit::Providers;
use auth_application::provider::{ExchangeProviderCode, LocateProvider};
use auth_http::ProviderUseCases;
use auth_outbound::{OutboundHttp, Reach};
use auth_ports::{Clock, IdentityProvider};
use auth_providers::{GitHubProvider, GitHubSettings, OidcProvider, OidcSettings};
use auth_settings::{ProviderKind, ProviderSettings, Settings, WebAddress};

use super::parts::Parts;
use crate::StartFailure;

pub(super) fn providers(parts: &Parts<'_>) -> Result<Providers, StartFailure> {
    Ok(Providers::new(adapters(parts.settings, &parts.clock)?, parts.clients.clone()))
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
    let limit = parts.rate_limit("provider_token", settings.limits.provider_tokens_per_network());
    let providers = providers.clone();
    ExchangeProviderCode::new(providers, stores.clone(), parts.recorder(), key.clone(), limit)
}

fn adapters(settings: &Settings, clock: &Arc<dyn Clock>) -> Result<Vec<Arc<dyn IdentityProvider>>, StartFailure> {
    let reach = if settings.profile.is_production() { Reach::PublicOnly } else { Reach::LoopbackToo };
    let failed = |id: &str, problem: String| StartFailure::Provider { id: id.to_owned(), problem };
    // A client each, so that one slow third party does not hold up another.
    let provider = |one: &ProviderSettings| {
        let http = OutboundHttp::builder(reach).build().map_err(|error| failed(one.id.as_str(), error.to_string()))?;
        provider(one, http, clock.clone()).map_err(|problem| failed(one.id.as_str(), problem))
    };
    settings.providers.iter().map(provider).collect()
}

/// A provider that follows no standard: one arm here.
fn provider(
    settings: &ProviderSettings,
    http: OutboundHttp,
    clock: Arc<dyn Clock>,
) -> Result<Arc<dyn IdentityProvider>, String> {
    let redirect_uris = settings.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect();
    let scopes = settings.scopes.as_ref().map(|scopes| scopes.join(" "));
    match &settings.kind {
        ProviderKind::Oidc { issuer } => {
            let oidc = OidcSettings {
                id: settings.id.clone(),
                issuer: issuer.as_str().to_owned(),
                client_id: settings.client_id.clone(),
                client_secret: settings.client_secret.clone(),
                redirect_uris,
                scopes,
            };
            Ok(Arc::new(OidcProvider::new(oidc, http, clock).map_err(|error| error.to_string())?))
        }
        ProviderKind::GitHub { authorize_base, api_base } => {
            let base = |set: &Option<WebAddress>, usual: &str| {
                set.as_ref().map_or_else(|| usual.to_owned(), |address| address.base().to_owned())
            };
            let github = GitHubSettings {
                id: settings.id.clone(),
                client_id: settings.client_id.clone(),
                client_secret: settings.client_secret.clone().ok_or("client_secret must be set")?,
                redirect_uris,
                scopes,
                authorize_base: base(authorize_base, GitHubSettings::AUTHORIZE_BASE),
                api_base: base(api_base, GitHubSettings::API_BASE),
            };
            Ok(Arc::new(GitHubProvider::new(github, http).map_err(|error| error.to_string())?))
        }
    }
}
