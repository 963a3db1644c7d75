//! Tell whether the service can do its work.

use std::sync::Arc;
use std::time::Duration;

use auth_domain::error_chain::ErrorChain;
use auth_ports::{Halt, Halted as _, KeySetPublisher, NotReady, UpkeepStore, refuse};
use thiserror::Error;

use super::draining::Draining;

/// The pause before it is looked again whether workers can begin.
const PAUSE: Duration = Duration::from_secs(1);

/// Why no traffic should be sent to this server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoTraffic {
    /// It is about to stop.
    #[error("the server is about to stop")]
    Draining,
    /// Its store cannot do its work.
    #[error(transparent)]
    Store(NotReady),
}

/// Answers load balancers, and publishes the keys that verifiers need.
pub struct Readiness {
    store: Arc<dyn UpkeepStore>,
    keys: Arc<dyn KeySetPublisher>,
    draining: Draining,
}

impl Readiness {
    /// Builds the use case from its ports, and from what says that the server is about to stop.
    #[must_use]
    pub fn new(store: Arc<dyn UpkeepStore>, keys: Arc<dyn KeySetPublisher>, draining: Draining) -> Self {
        Self { store, keys, draining }
    }

    /// Checks that the server is not about to stop, that the database can be reached and written to, and that its schema
    /// is current.
    ///
    /// # Errors
    /// Returns what is missing.
    pub async fn check(&self) -> Result<(), Halt<NoTraffic>> {
        if self.draining.has_begun() {
            return refuse(NoTraffic::Draining);
        }
        self.store.check_ready().await.refused_as(NoTraffic::Store)
    }

    /// Waits until the store is ready for the first time, so that workers do not find out again and again
    /// what is missing. Each reason is logged once.
    pub async fn begin(&self) {
        let mut told = None;
        while let Err(error) = self.store.check_ready().await {
            let reason = match &error {
                Halt::Refused(reason) => Some(*reason),
                Halt::Failed(_) => None,
            };
            if told != Some(reason) {
                tracing::warn!(error = %ErrorChain(&error), "workers.waiting");
                told = Some(reason);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Returns the key set (RFC 7517) as JSON text.
    #[must_use]
    pub fn key_set(&self) -> String {
        self.keys.key_set()
    }
}
