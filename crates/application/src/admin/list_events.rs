//! Read what happened.

use std::sync::Arc;

use auth_domain::admin::EventPage;
use auth_domain::events::Event;
use auth_ports::{EventStore, Failure};

/// Reads events. They outlive the users that they are about.
pub struct ListEvents {
    events: Arc<dyn EventStore>,
}

impl ListEvents {
    /// On this port.
    #[must_use]
    pub fn new(events: Arc<dyn EventStore>) -> Self {
        Self { events }
    }

    /// A page, newest first.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn page(&self, page: EventPage) -> Result<Vec<Event>, Failure> {
        self.events.list(page).await
    }
}
