//! Third parties as they are asked.

use std::sync::Arc;

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::external_identities::ProviderId;
use auth_ports::{ExchangeError, Exchanged, Grant, IdentityProvider, LocateError, LocateRequest};
use prometheus::{HistogramVec, IntCounterVec, Result};
use tokio::time::Instant;

use super::families::Families;

const LOCATE: &str = "locate";
const EXCHANGE: &str = "exchange";
const OK: &str = "ok";
/// What the client brought is no good.
const REFUSED: &str = "refused";
/// The third party is unreachable, slow or wrong.
const FAULTY: &str = "faulty";

pub(crate) struct ProviderMetrics {
    calls: IntCounterVec,
    durations: HistogramVec,
}

impl ProviderMetrics {
    pub(crate) fn new(families: &Families<'_>) -> Result<Self> {
        Ok(Self {
            calls: families.counters(
                "auth_provider_calls_total",
                "Questions to third parties, which may be answered from memory.",
                &["provider", "call", "outcome"],
            )?,
            durations: families.durations(
                "auth_provider_call_duration_seconds",
                "The time that questions to third parties take.",
                &["provider", "call"],
            )?,
        })
    }

    fn count(&self, provider: &ProviderId, call: &str, outcome: &str, began: Instant) {
        self.calls.with_label_values(&[provider.as_str(), call, outcome]).inc();
        self.durations.with_label_values(&[provider.as_str(), call]).observe(began.elapsed().as_secs_f64());
    }
}

impl ProviderMetrics {
    /// Puts counts around a third party.
    pub(crate) fn around(self: &Arc<Self>, provider: Arc<dyn IdentityProvider>) -> Arc<dyn IdentityProvider> {
        let (id, metrics) = (provider.id().as_str(), self.clone());
        for call in [LOCATE, EXCHANGE] {
            for outcome in [OK, REFUSED, FAULTY] {
                metrics.calls.with_label_values(&[id, call, outcome]);
            }
            metrics.durations.with_label_values(&[id, call]);
        }
        Arc::new(CountedProvider { provider, metrics })
    }
}

struct CountedProvider {
    provider: Arc<dyn IdentityProvider>,
    metrics: Arc<ProviderMetrics>,
}

#[async_trait]
impl IdentityProvider for CountedProvider {
    fn id(&self) -> &ProviderId {
        self.provider.id()
    }

    fn redirect_uris(&self) -> &[String] {
        self.provider.redirect_uris()
    }

    fn posts_back(&self) -> bool {
        self.provider.posts_back()
    }

    async fn locate(&self, request: &LocateRequest) -> std::result::Result<String, LocateError> {
        let began = Instant::now();
        let located = self.provider.locate(request).await;
        let outcome = match &located {
            Ok(_) => OK,
            Err(LocateError::Faulty(_)) => FAULTY,
        };
        self.metrics.count(self.id(), LOCATE, outcome, began);
        located
    }

    async fn exchange(&self, grant: &Grant, now: Timestamp) -> std::result::Result<Exchanged, ExchangeError> {
        let began = Instant::now();
        let exchanged = self.provider.exchange(grant, now).await;
        let outcome = match &exchanged {
            Ok(_) => OK,
            Err(ExchangeError::Refused(_) | ExchangeError::Unsupported) => REFUSED,
            Err(ExchangeError::Faulty(_)) => FAULTY,
        };
        self.metrics.count(self.id(), EXCHANGE, outcome, began);
        exchanged
    }
}
