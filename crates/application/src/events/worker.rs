//! What the parts of the delivering worker share.

use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::outbox::{RetrySchedule, SubscriberId};
use auth_ports::{Clock, Entropy, Failure, Outbox};
use chrono::TimeDelta;

use super::EventSignal;
use crate::kit::LEASE_SKEW;

/// How long a turn may take, which is several times the longest delivery.
pub(super) const LEASE: TimeDelta = TimeDelta::seconds(120);
/// Users whose events are hastened at once.
const HASTENED_AT_ONCE: u16 = 500;
/// How many times that happens in a row. An instance whose clock still runs ahead puts off more meanwhile.
const HASTENED_IN_A_ROW: u16 = 100;
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
    /// Makes the subscriber's events due that a clock which ran ahead has put off: they would otherwise wait until that
    /// time comes, though the clock was put right.
    pub(super) async fn hasten(&self, subscriber: &SubscriberId) -> Result<(), Failure> {
        let (mut hastened, mut outcome) = (0, Ok(()));
        for _ in 0..HASTENED_IN_A_ROW {
            let now = self.clock.now();
            match self.outbox.hasten(subscriber, now, &self.latest_due(now), HASTENED_AT_ONCE).await {
                Ok(0) => break,
                Ok(users) => hastened += users,
                Err(error) => {
                    outcome = Err(error);
                    break;
                }
            }
        }
        if hastened > 0 {
            tracing::warn!(%subscriber, users = hastened, "events.hastened");
        }
        outcome
    }

    /// Until when a user's first event waits at most after what a worker with a clock like ours stores now, by how often
    /// it has failed: for a lease to end, or for the pause of the schedule.
    fn latest_due(&self, now: Timestamp) -> Vec<Timestamp> {
        let pauses = (1..=u16::MAX).map_while(|failures| self.schedule.pause(failures, u8::MAX));
        let waits = std::iter::once(LEASE).chain(pauses);
        waits.map(|wait| now + wait.max(LEASE) + LEASE_SKEW).collect()
    }

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
