//! What the parts of the delivering worker share.

use std::sync::Arc;

use auth_domain::outbox::{RetrySchedule, SubscriberId};
use auth_ports::{Clock, Entropy, Failure, Outbox};

use super::EventSignal;

/// Events that go at once when nobody wants them any more.
const DISCARDED_AT_ONCE: u16 = 500;

#[derive(Clone)]
pub(super) struct Worker {
    pub(super) outbox: Arc<dyn Outbox>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) schedule: RetrySchedule,
    pub(super) signal: EventSignal,
}

impl Worker {
    /// Removes everything that waits for the subscriber, and says how many events there were.
    pub(super) async fn discard(&self, subscriber: &SubscriberId) -> Result<u64, Failure> {
        let mut discarded = 0;
        loop {
            let batch = self.outbox.discard(subscriber, DISCARDED_AT_ONCE).await?;
            discarded += batch;
            if batch < u64::from(DISCARDED_AT_ONCE) {
                return Ok(discarded);
            }
        }
    }
}
