//! List events.

use std::sync::Arc;

use auth_domain::admin::{EventFeed, EventFeedRequest, EventPage};
use auth_domain::events::Event;
use auth_ports::{EventStore, Failure};

/// Lists events. They outlive the users that they are about.
pub struct ListEvents {
    events: Arc<dyn EventStore>,
}

impl ListEvents {
    /// Builds the use case from its port.
    #[must_use]
    pub fn new(events: Arc<dyn EventStore>) -> Self {
        Self { events }
    }

    /// Returns a page of events, newest first.
    ///
    /// # Errors
    /// Returns the [`Failure`] of a port.
    pub async fn page(&self, page: EventPage) -> Result<Vec<Event>, Failure> {
        self.events.list(page).await
    }

    /// Events in the order in which they are read forward.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn after(&self, request: EventFeedRequest) -> Result<EventFeed, Failure> {
        self.events.read_forward(request).await
    }
}
