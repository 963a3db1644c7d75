//! Tell whether the service can do its work.

use std::sync::Arc;

use auth_ports::{Failure, KeySetPublisher, UpkeepStore};

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

    /// Checks that the database is reachable and its schema is current.
    ///
    /// # Errors
    /// Returns a [`Failure`] that says what is missing.
    pub async fn check(&self) -> Result<(), Failure> {
        self.store.check_ready().await
    }

    /// Returns the key set (RFC 7517) as JSON text.
    #[must_use]
    pub fn key_set(&self) -> String {
        self.keys.key_set()
    }
}
