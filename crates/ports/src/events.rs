//! Events.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::admin::{EventFeed, EventFeedRequest, EventPage};
use auth_domain::events::{Event, NewEvent};

use crate::Failure;

/// Keeps events. Most of them are stored by other ports, in the transaction that they record.
#[async_trait]
pub trait EventStore: Send + Sync {
    /// Stores an event that records no change, such as a failed sign-in. If an event of the same user with the same
    /// id exists, it was recorded before and stays as it is.
    async fn record(&self, event: NewEvent) -> Result<(), Failure>;

    /// Removes up to `limit` events from before `before`, oldest first, and returns how many were removed.
    async fn sweep(&self, before: Timestamp, limit: u16) -> Result<u64, Failure>;

    /// Returns a page of events, newest first.
    async fn list(&self, page: EventPage) -> Result<Vec<Event>, Failure>;

    /// Returns the events after a position, in an order in which no event is ever inserted behind a position that was
    /// given out. A reader that continues at [`EventFeed::next`] sees each event once, whatever is written meanwhile
    /// and however late it is committed. From one call to the next, the order is that of the commits; among events
    /// that were committed between two calls, no matter whose calls, it may be that of their instants. An event that
    /// is swept before it was read is not seen.
    async fn read_forward(&self, request: EventFeedRequest) -> Result<EventFeed, Failure>;
}
