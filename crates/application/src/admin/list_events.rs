//! List events.

use std::sync::Arc;

use auth_domain::admin::{EventFeed, EventFeedRequest, EventPage};
use auth_domain::events::{Event, EventKind, NewEvent};
use auth_ports::{EventStore, Failure};

use super::Operator;
use crate::kit::Recorder;

/// Lists events. They outlive the users that they are about.
pub struct ListEvents {
    events: Arc<dyn EventStore>,
    recorder: Recorder,
}

impl ListEvents {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(events: Arc<dyn EventStore>, recorder: Recorder) -> Self {
        Self { events, recorder }
    }

    /// Returns a page of events, newest first, and leaves an event. It names the user of the filter in its detail only:
    /// whoever reads what happened to a user does not add to it.
    ///
    /// # Errors
    /// Returns the [`Failure`] of a port.
    pub async fn page(&self, page: EventPage, operator: &Operator) -> Result<Vec<Event>, Failure> {
        let whose = page.filter.user.map_or_else(String::new, |user| format!(" of {user}"));
        let events = self.events.list(page).await?;
        let event = operator.event(&self.recorder, EventKind::EventsListed, None, self.recorder.now());
        let detail = format!("{} events{whose}", events.len());
        self.recorder.record(NewEvent { detail: Some(detail), ..event }).await?;
        Ok(events)
    }

    /// Returns events in the order in which they are read forward. It leaves none itself, which would be the next to be
    /// read.
    ///
    /// # Errors
    /// Returns the [`Failure`] of a port.
    pub async fn after(&self, request: EventFeedRequest) -> Result<EventFeed, Failure> {
        self.events.read_forward(request).await
    }
}
