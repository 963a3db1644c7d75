//! Can the service do its work?

use std::sync::Arc;

use auth_ports::{Failure, KeySetPublisher, UpkeepStore};

/// Answers for load balancers, and publishes the keys that verifiers need.
pub struct Readiness {
    store: Arc<dyn UpkeepStore>,
    keys: Arc<dyn KeySetPublisher>,
}

impl Readiness {
    /// On these ports.
    #[must_use]
    pub fn new(store: Arc<dyn UpkeepStore>, keys: Arc<dyn KeySetPublisher>) -> Self {
        Self { store, keys }
    }

    /// Whether the database is reachable and its schema current.
    ///
    /// # Errors
    /// [`Failure`] with what is missing.
    pub async fn check(&self) -> Result<(), Failure> {
        self.store.check_ready().await
    }

    /// The key set (RFC 7517), as JSON text.
    #[must_use]
    pub fn key_set(&self) -> String {
        self.keys.key_set()
    }
}
