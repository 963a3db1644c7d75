//! What stores are made with.

use std::fmt;
use std::sync::Arc;

use auth_domain::identifier::Schemes;
use auth_domain::outbox::Subscribers;

/// What stores are made with, whatever the storage is.
#[derive(Clone)]
#[non_exhaustive]
pub struct StoreSetup {
    /// The identifier schemes, which rebuild identifiers from what is stored.
    pub schemes: Schemes,
    /// The subscribers to events. The stores queue what they record for them in the same transaction
    /// ([`Outbox`](auth_ports::Outbox)).
    pub subscribers: Subscribers,
    /// Called when something is queued, at the commit or shortly before. Without this call, events wait a few seconds
    /// longer.
    pub wake: Arc<dyn Fn() + Send + Sync>,
}

impl StoreSetup {
    /// Makes a setup from these parts. The server does so, and tests of a storage may do so too.
    #[must_use]
    pub fn new(schemes: Schemes, subscribers: Subscribers, wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        Self { schemes, subscribers, wake }
    }
}

impl fmt::Debug for StoreSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreSetup").field("subscribers", &self.subscribers).finish_non_exhaustive()
    }
}
