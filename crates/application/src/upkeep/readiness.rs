//! Tell whether the service can do its work.

use std::sync::Arc;
use std::time::Duration;

use auth_domain::error_chain::ErrorChain;
use auth_ports::{Halt, KeySetPublisher, NotReady, UpkeepStore};

/// The pause before it is looked again whether workers can begin.
const PAUSE: Duration = Duration::from_secs(1);

/// Answers load balancers, and publishes the keys that verifiers need.
pub struct Readiness {
    store: Arc<dyn UpkeepStore>,
    keys: Arc<dyn KeySetPublisher>,
}

impl Readiness {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(store: Arc<dyn UpkeepStore>, keys: Arc<dyn KeySetPublisher>) -> Self {
        Self { store, keys }
    }

    /// Checks that the database can be reached and written to, and that its schema is current.
    ///
    /// # Errors
    /// Returns what is missing.
    pub async fn check(&self) -> Result<(), Halt<NotReady>> {
        self.store.check_ready().await
    }

    /// Waits until [`Readiness::check`] succeeds for the first time, so that workers do not find out again and again
    /// what is missing. Each reason is logged once.
    pub async fn begin(&self) {
        let mut told = None;
        while let Err(error) = self.check().await {
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
