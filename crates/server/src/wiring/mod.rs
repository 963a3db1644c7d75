//! The only place that constructs adapters, with one file per noun.

mod account;
mod admin;
mod captcha;
mod clients;
mod encrypted_requests;
mod endpoints;
mod events;
mod gate;
mod guesses;
mod metrics;
mod metrics_page;
mod parts;
mod provider;
mod senders;
mod session;
mod shown;
mod sign_in;
mod sign_up;
mod traces;
mod verification;
mod world;
mod wrong_in_all;

use std::net::SocketAddr;
use std::sync::Arc;

use auth_application::admin::ManageClientKeys;
use auth_application::events::{DeliverEvents, ManageSubscriptions};
use auth_application::session::RecogniseClient;
use auth_application::upkeep::{Draining, MeasureHashes, Readiness, SweepExpired};
use auth_application::verification::DeliverMessages;
use auth_domain::known_devices::DeviceMarks;
use auth_extension::Storage;
use auth_http::endpoints::Endpoints;
use auth_http::{ForwardedHeader, HttpOptions, InProgress, Observer, Pace, SignUpUseCases, UpkeepUseCases, UseCases};
use auth_metrics::Metrics;
use auth_ports::{IdentityProvider, draw};
use auth_settings::ForwardedHeaderName;
use auth_traces::{ExportTraces, Traces};

pub(crate) use self::admin::CommandLine;
use self::parts::Parts;
pub(crate) use self::provider::third_parties;
pub(crate) use self::senders::{Carrier, carriers};
use self::session::SessionParts;
pub(crate) use self::shown::Shown;
pub use self::world::World;
use crate::reload::Reload;
use crate::signing_keys::ReloadKeys;
use crate::{Configuration, StartFailure};

/// The service after it has been built.
pub struct Service {
    /// The use cases behind the endpoints.
    pub use_cases: UseCases,
    /// The endpoints of the public listener, with what their handlers share.
    pub endpoints: Vec<Endpoints>,
    /// The endpoints of the admin listener, with what their handlers share.
    pub admin_endpoints: Vec<Endpoints>,
    /// The options of the HTTP layer.
    pub http_options: HttpOptions,
    /// The messages that the first page shows, in profile `local`.
    pub(crate) shown: Option<Shown>,
    /// The worker that delivers messages.
    pub deliver_messages: DeliverMessages,
    /// The worker that delivers events.
    pub deliver_events: DeliverEvents,
    /// Lists subscribers and their backlogs.
    pub subscriptions: Arc<ManageSubscriptions>,
    /// Lists publishable keys of clients.
    pub(crate) client_keys: ManageClientKeys,
    /// The worker that removes expired rows.
    pub sweep_expired: SweepExpired,
    /// The worker that measures what checking stored passwords costs.
    pub measure_hashes: MeasureHashes,
    /// Takes over what SIGHUP changes.
    pub(crate) reload: Reload,
    /// The worker that notices new signing keys, if they are in a folder.
    pub(crate) reload_keys: Option<ReloadKeys>,
    /// What is counted.
    pub(crate) metrics: Arc<Metrics>,
    /// The worker that hands traces over, if there is a collector.
    pub(crate) export_traces: Option<ExportTraces>,
}

impl Service {
    /// Builds everything once. `public` is the address of the public listener.
    ///
    /// # Errors
    /// Returns [`StartFailure`] if a part cannot be set up as configured.
    pub fn build(
        configuration: &Configuration,
        storage: &dyn Storage,
        public: SocketAddr,
    ) -> Result<Self, StartFailure> {
        Self::build_with(configuration, storage, public, None)
    }

    /// The same, with the third parties if they have been built already, for this address.
    pub(crate) fn build_with(
        configuration: &Configuration,
        storage: &dyn Storage,
        public: SocketAddr,
        built: Option<Vec<Arc<dyn IdentityProvider>>>,
    ) -> Result<Self, StartFailure> {
        let parts = Parts::build(configuration, storage)?;
        let shown = Shown::of(configuration);
        let senders = senders::senders(&parts, shown.as_ref())?;
        let handover = verification::handover(&parts, &senders);
        let built = built.map_or_else(|| third_parties(configuration, public), Ok)?;
        let (providers, reach) = (provider::providers(&parts, built), verification::reach(&parts, &senders));
        let sessions = SessionParts::build(&parts, public)?;
        let authenticate = sessions.authenticate.clone();
        let sign_up = Arc::new(sign_up::sign_up(&parts, &sessions)?);
        let draining = Draining::default();
        let readiness = Arc::new(Readiness::new(parts.stores.upkeep.clone(), sessions.ring.clone(), draining.clone()));
        let use_cases = UseCases {
            sign_up: Arc::new(SignUpUseCases { sign_up: sign_up.clone(), authenticate: authenticate.clone() }),
            sign_in: Arc::new(sign_in::use_cases(&parts, &sessions, sign_up)?),
            verification: Arc::new(verification::use_cases(&parts, &senders, &handover, authenticate.clone())),
            captcha: Arc::new(captcha::use_cases(&parts)),
            provider: Arc::new(provider::use_cases(&parts, &providers)),
            session: Arc::new(sessions.use_cases(&parts, public)),
            account: Arc::new(account::use_cases(&parts, providers, reach, authenticate)),
            upkeep: Arc::new(UpkeepUseCases { readiness }),
            metrics: Arc::new(metrics_page::page(&parts, &senders, handover.places())),
            admin: Arc::new(admin::use_cases(&parts)),
        };
        let tables = endpoints::tables(&parts, &use_cases)?;
        Ok(Self {
            use_cases,
            endpoints: tables.public,
            admin_endpoints: tables.admin,
            http_options: http_options(&parts, draining),
            shown,
            deliver_messages: verification::deliver_messages(&parts, senders, handover),
            deliver_events: events::deliver_events(&parts)?,
            subscriptions: Arc::new(events::subscriptions(&parts)),
            client_keys: admin::client_keys(&parts),
            sweep_expired: sweep_expired(&parts),
            measure_hashes: measure_hashes(&parts),
            reload: Reload {
                server_key: parts.key.clone(),
                ring: sessions.ring.clone(),
                clock: parts.clock.clone(),
                entropy: parts.entropy.clone(),
            },
            reload_keys: ReloadKeys::new(parts.settings, sessions.ring),
            metrics: parts.metrics,
            export_traces: traces::export(configuration)?,
        })
    }
}

fn measure_hashes(parts: &Parts<'_>) -> MeasureHashes {
    let usual = parts.hasher.usual_cost().to_owned();
    MeasureHashes::new(parts.stores.users.clone(), parts.hasher.clone(), usual)
}

fn sweep_expired(parts: &Parts<'_>) -> SweepExpired {
    let Parts { stores, clock, key, settings, .. } = parts;
    SweepExpired::new(
        stores.upkeep.clone(),
        stores.events.clone(),
        stores.dead_letters.clone(),
        clock.clone(),
        DeviceMarks::new(key.clone()),
        settings.events.retention,
    )
}

fn http_options(parts: &Parts<'_>, draining: Draining) -> HttpOptions {
    let http = &parts.settings.http;
    let Parts { entropy, clients, clock, stores, .. } = parts;
    let entropy = entropy.clone();
    HttpOptions {
        body_limit: http.body_limit_bytes as usize,
        body_timeout: http.request_timeout,
        trusted_proxies: http.trusted_proxies.clone(),
        forwarded_header: match http.forwarded_header {
            ForwardedHeaderName::XForwardedFor => ForwardedHeader::XForwardedFor,
            ForwardedHeaderName::Forwarded => ForwardedHeader::Forwarded,
        },
        allowed_origins: clients::origins(&http.allowed_origins),
        own_origin: http.public_origin(),
        allowed_origins_of: clients::origins_by_client(parts.settings),
        client_keys: Arc::new(RecogniseClient::new(stores.client_keys.clone(), clock.clone(), clients.clone())),
        clients: clients.clone(),
        schemes: parts.schemes.clone(),
        pace: parts.settings.limits.writes_per_network().map(|quota| Arc::new(Pace::new(quota))),
        in_progress: InProgress::new(http.max_requests_per_network as usize),
        gate: parts.gate.clone(),
        draining,
        observer: Some(observer(parts.metrics.clone(), parts.traces())),
        tracer: parts.tracer(),
        new_request_id: Arc::new(move || format!("{:032x}", u128::from_be_bytes(draw(&*entropy)))),
    }
}

fn observer(metrics: Arc<Metrics>, traces: Option<Traces>) -> Observer {
    Arc::new(move |answered: &auth_http::Answered<'_>| {
        let auth_http::Answered { method, route, outcome, took } = *answered;
        metrics.answered(&auth_metrics::Answered { method, route, outcome, took });
        if let Some(traces) = &traces {
            traces.end(method, route, outcome, took);
        }
    })
}
