//! Events as they are handed to their subscribers.

use std::sync::Arc;

use async_trait::async_trait;
use auth_domain::outbox::{OutgoingEvent, OutgoingKinds, SubscriberId};
use auth_ports::{EventHandler, HandleError};
use prometheus::{HistogramVec, IntCounterVec, Result};
use tokio::time::Instant;

use super::families::Families;

const DELIVERED: &str = "delivered";
const FAILED: &str = "failed";
const UNSUBSCRIBED: &str = "unsubscribed";

pub(crate) struct EventMetrics {
    attempts: IntCounterVec,
    durations: HistogramVec,
}

impl EventMetrics {
    pub(crate) fn new(families: &Families<'_>) -> Result<Self> {
        Ok(Self {
            attempts: families.counters(
                "auth_event_attempts_total",
                "Attempts to tell a subscriber of an event.",
                &["subscriber", "outcome"],
            )?,
            durations: families.durations(
                "auth_event_attempt_duration_seconds",
                "The time that subscribers take for an event.",
                &["subscriber"],
            )?,
        })
    }
}

impl EventMetrics {
    /// Puts counts around a subscriber.
    pub(crate) fn around(self: &Arc<Self>, handler: Arc<dyn EventHandler>) -> Arc<dyn EventHandler> {
        let (subscriber, metrics) = (handler.subscriber().as_str(), self.clone());
        for outcome in [DELIVERED, FAILED, UNSUBSCRIBED] {
            metrics.attempts.with_label_values(&[subscriber, outcome]);
        }
        metrics.durations.with_label_values(&[subscriber]);
        Arc::new(CountedHandler { handler, metrics })
    }
}

struct CountedHandler {
    handler: Arc<dyn EventHandler>,
    metrics: Arc<EventMetrics>,
}

#[async_trait]
impl EventHandler for CountedHandler {
    fn subscriber(&self) -> &SubscriberId {
        self.handler.subscriber()
    }

    fn kinds(&self) -> OutgoingKinds {
        self.handler.kinds()
    }

    async fn handle(&self, event: &OutgoingEvent) -> std::result::Result<(), HandleError> {
        let mut attempt = Attempt { of: self, began: Instant::now(), outcome: FAILED };
        let handled = self.handler.handle(event).await;
        attempt.outcome = match &handled {
            Ok(()) => DELIVERED,
            Err(HandleError::Failed(_)) => FAILED,
            Err(HandleError::Unsubscribed(_)) => UNSUBSCRIBED,
        };
        handled
    }
}

/// Counted when it is dropped, be it because it took too long or panicked.
struct Attempt<'a> {
    of: &'a CountedHandler,
    began: Instant,
    outcome: &'static str,
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        let (subscriber, metrics) = (self.of.subscriber().as_str(), &self.of.metrics);
        metrics.attempts.with_label_values(&[subscriber, self.outcome]).inc();
        metrics.durations.with_label_values(&[subscriber]).observe(self.began.elapsed().as_secs_f64());
    }
}
