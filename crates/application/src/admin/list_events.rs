//! List events.

use std::sync::Arc;

use auth_domain::admin::{EventFeed, EventFeedRequest, EventPage};
use auth_domain::events::{Event, EventKind};
use auth_ports::{EventStore, Failure};

use super::Operator;
use crate::kit::Recorder;

/// Lists events. They outlive the users that they are about. Reading those of one user is on record under that user, as
/// reading the user is; reading everybody's is not, because the record would be among what is read next.
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

    /// Returns a page of events, newest first, and leaves an event if they are those of one user.
    ///
    /// # Errors
    /// Returns the [`Failure`] of a port; nothing is handed out then.
    pub async fn page(&self, page: EventPage, operator: &Operator) -> Result<Vec<Event>, Failure> {
        let of = page.filter.user;
        let events = self.events.list(page).await?;
        if of.is_some() {
            operator.record_reading(&self.recorder, EventKind::UserRead, of, "events").await?;
        }
        Ok(events)
    }

    /// Returns events in the order in which they are read forward. It leaves an event if they are those of one user and
    /// tell anything but who has read: whoever follows one user's events reads of themselves once, and not without end.
    ///
    /// # Errors
    /// Returns the [`Failure`] of a port; nothing is handed out then.
    pub async fn after(&self, request: EventFeedRequest, operator: &Operator) -> Result<EventFeed, Failure> {
        let of = request.filter.user;
        let feed = self.events.read_forward(request).await?;
        let tells_more = feed.events.iter().any(|event| event.kind != EventKind::UserRead.name());
        if of.is_some() && tells_more {
            operator.record_reading(&self.recorder, EventKind::UserRead, of, "events").await?;
        }
        Ok(feed)
    }
}
