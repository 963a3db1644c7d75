//! Metrics for Prometheus: counters that others add to, and gauges that are set when somebody looks. The only crate that
//! knows the format.
//!
//! What is counted comes in by [`Meter`](auth_ports::Meter), by adapters around ports ([`Metrics::around_sender`] and its
//! like), and from the parts of the program that have something to tell. A count is an addition to a number that many
//! threads share; nothing waits, and nothing is stored.
//!
//! # Rules
//!
//! - A label says what the program or its settings fix: a route's pattern, the name of a limit, a channel, a country.
//!   Never what a client sends: no address, user, network, device or token. So the number of series is bounded.
//! - Whatever can be known beforehand is created with the value 0, so that the first occurrence is an increase.
//! - Names end in the unit (`_seconds`) or in `_total`, as `promtool check metrics` wants.

mod events;
mod families;
mod happenings;
mod http;
mod messages;
mod providers;
mod sample;
mod work;

use std::sync::Arc;
use std::time::Duration;

use auth_domain::identifier::RegionCode;
use auth_ports::{EventHandler, Happened, IdentityProvider, MessageSender, Meter};
use prometheus::{IntGaugeVec, Registry, TextEncoder};
use thiserror::Error;

pub use happenings::Known;
pub use http::{Answered, Route};
pub use messages::AttemptWatch;
pub use sample::{Lanes, Pool, Sample};
pub use work::RunningWorker;

use self::events::EventMetrics;
use self::families::Families;
use self::happenings::Happenings;
use self::http::HttpMetrics;
use self::messages::MessageMetrics;
use self::providers::ProviderMetrics;
use self::sample::Sampled;
use self::work::WorkMetrics;

/// Metrics could not be set up or written down, which is a fault of this program.
#[derive(Debug, Error)]
#[error("metrics: {0}")]
pub struct MetricsError(#[from] prometheus::Error);

/// What the service is.
#[derive(Debug, Clone, Copy)]
pub struct Build<'a> {
    /// The program's version.
    pub version: &'a str,
    /// What the service runs for.
    pub profile: &'a str,
}

/// All metrics of one service. They start at 0 with the process.
pub struct Metrics {
    registry: Registry,
    http: HttpMetrics,
    happenings: Happenings,
    messages: Arc<MessageMetrics>,
    events: Arc<EventMetrics>,
    providers: Arc<ProviderMetrics>,
    work: WorkMetrics,
    sampled: Sampled,
}

impl Metrics {
    /// Sets them up. `known` is what may happen.
    ///
    /// # Errors
    /// [`MetricsError`], if two metrics have one name, for example.
    pub fn new(build: Build<'_>, known: &Known) -> Result<Self, MetricsError> {
        let registry = Registry::new();
        let families = Families(&registry);
        let info: IntGaugeVec =
            families.gauges("auth_build_info", "The program that runs; always 1.", &["version", "profile"])?;
        info.with_label_values(&[build.version, build.profile]).set(1);
        Ok(Self {
            http: HttpMetrics::new(&families)?,
            happenings: Happenings::new(&families, known)?,
            messages: Arc::new(MessageMetrics::new(&families)?),
            events: Arc::new(EventMetrics::new(&families)?),
            providers: Arc::new(ProviderMetrics::new(&families)?),
            work: WorkMetrics::new(&families)?,
            sampled: Sampled::new(&families)?,
            registry,
        })
    }

    /// Writes everything down, in Prometheus' text format, version 0.0.4.
    ///
    /// # Errors
    /// [`MetricsError`].
    pub fn text(&self) -> Result<String, MetricsError> {
        Ok(TextEncoder::new().encode_to_string(&self.registry.gather())?)
    }

    /// Says which routes there are, of all listeners. Only the first call counts.
    pub fn know_routes(&self, routes: impl IntoIterator<Item = Route>) {
        self.http.know(routes);
    }

    /// Counts an answer.
    pub fn answered(&self, answered: &Answered<'_>) {
        self.http.answered(answered);
    }

    /// Puts counts around a sender. `vendor` is the name of what carries its messages, and `regions` are those that are
    /// likely. `watch` is told of each attempt as well.
    #[must_use]
    pub fn around_sender(
        &self,
        sender: Arc<dyn MessageSender>,
        vendor: String,
        regions: &[RegionCode],
        watch: Option<AttemptWatch>,
    ) -> Arc<dyn MessageSender> {
        self.messages.around(sender, vendor, regions, watch)
    }

    /// Puts counts around a subscriber.
    #[must_use]
    pub fn around_handler(&self, handler: Arc<dyn EventHandler>) -> Arc<dyn EventHandler> {
        self.events.around(handler)
    }

    /// Puts counts around a third party.
    #[must_use]
    pub fn around_provider(&self, provider: Arc<dyn IdentityProvider>) -> Arc<dyn IdentityProvider> {
        self.providers.around(provider)
    }

    /// Counts a password that was hashed.
    pub fn hashed(&self, waited: Duration, took: Duration) {
        self.work.hashed(waited, took);
    }

    /// Counts a call to the database.
    pub fn called_database(&self, waited: Duration, took: Duration) {
        self.work.called_database(waited, took);
    }

    /// Something works beside requests, until what is returned is dropped, whatever is the reason.
    #[must_use]
    pub fn running(&self, worker: &str) -> RunningWorker {
        self.work.running(worker)
    }

    /// Sets the gauges.
    pub fn sample(&self, sample: &Sample) {
        self.sampled.set(sample);
    }
}

impl Meter for Metrics {
    fn count(&self, happened: Happened) {
        self.happenings.count(happened);
    }
}
