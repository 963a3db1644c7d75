//! What stores are made with.

use std::fmt;
use std::sync::Arc;

use auth_domain::identifier::Schemes;
use auth_domain::outbox::Subscribers;

/// What stores are made with, whatever they are on.
#[derive(Clone)]
#[non_exhaustive]
pub struct StoreSetup {
    /// They rebuild identifiers from what is stored.
    pub schemes: Schemes,
    /// Who is told of events. What the stores record they queue for these in the same transaction
    /// ([`Outbox`](auth_ports::Outbox)).
    pub subscribers: Subscribers,
    /// Called when something is queued, at its commit or a moment before. Without it events wait a few seconds longer.
    pub wake: Arc<dyn Fn() + Send + Sync>,
}

impl StoreSetup {
    /// Of these. The server makes it; tests of a storage may, too.
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
