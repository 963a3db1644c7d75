//! Events.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::admin::EventPage;
use auth_domain::events::{Event, NewEvent};

use crate::Failure;

/// Keeps events. Most are stored by other ports, in the transaction of what they record.
#[async_trait]
pub trait EventStore: Send + Sync {
    /// Stores an event of something that changed nothing, such as a failed sign-in. One whose id is there already
    /// was recorded before, and stays as it was.
    async fn record(&self, event: NewEvent) -> Result<(), Failure>;

    /// Removes up to `limit` events of before `before`, the oldest first; says how many went.
    async fn sweep(&self, before: Timestamp, limit: u16) -> Result<u64, Failure>;

    /// A page of events, newest first.
    async fn list(&self, page: EventPage) -> Result<Vec<Event>, Failure>;
}
