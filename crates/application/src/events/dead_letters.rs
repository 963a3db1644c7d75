//! Events that were given up: look at them, and send them again.

use std::sync::Arc;

use auth_domain::outbox::{DeadLetter, DeadLetterPage, SubscriberId};
use auth_ports::{Clock, DeadLetters, Failure};
use uuid::Uuid;

use super::EventSignal;

/// Letters that go back into the queue in one transaction.
const BATCH: u16 = 500;

/// What operators do about events that were given up.
pub struct ReviewDeadLetters {
    letters: Arc<dyn DeadLetters>,
    clock: Arc<dyn Clock>,
    signal: EventSignal,
}

impl ReviewDeadLetters {
    /// On these ports.
    #[must_use]
    pub fn new(letters: Arc<dyn DeadLetters>, clock: Arc<dyn Clock>, signal: EventSignal) -> Self {
        Self { letters, clock, signal }
    }

    /// A page of them, those given up last first.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn page(&self, page: DeadLetterPage) -> Result<Vec<DeadLetter>, Failure> {
        self.letters.list(page).await
    }

    /// Sends the subscriber's dead letters again, those with these ids or all; says how many there were. It is repeated
    /// safely after a failure: what was sent is no dead letter any more.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn send_again(&self, subscriber: &SubscriberId, ids: Option<Vec<Uuid>>) -> Result<u64, Failure> {
        let mut sent = 0;
        loop {
            let batch = self.letters.send_again(subscriber, ids.clone(), self.clock.now(), BATCH).await?;
            sent += batch;
            if batch < u64::from(BATCH) {
                break;
            }
        }
        self.signal.wake();
        Ok(sent)
    }
}
