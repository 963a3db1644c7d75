//! Events that wait for subscribers that are no longer configured.

use std::time::Duration;

use auth_domain::error_chain::ErrorChain;
use auth_domain::outbox::SubscriberId;
use auth_ports::Failure;
use chrono::TimeDelta;
use tokio::sync::watch;

use super::worker::Worker;

/// How long events wait for a subscriber that is not configured. This is longer than a deployment takes, and long
/// enough to notice that a setting was lost.
const KEPT: TimeDelta = TimeDelta::days(30);
/// How often to look for such events.
const PAUSE: Duration = Duration::from_secs(3600);

pub(super) struct Forgotten {
    pub(super) worker: Worker,
    pub(super) configured: Vec<SubscriberId>,
}

impl Forgotten {
    /// Looks for them until `stopped` is closed.
    pub(super) async fn run(self, mut stopped: watch::Receiver<()>) {
        loop {
            if let Err(error) = self.discard().await {
                tracing::warn!(error = %ErrorChain(&error), "events.not_discarded");
            }
            tokio::select! {
                _ = stopped.changed() => break,
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }

    /// Removes them and returns how many there were. All events of such a subscriber are removed once the oldest is
    /// old enough, because its receiver could make no sense of the rest.
    pub(super) async fn discard(&self) -> Result<u64, Failure> {
        let before = self.worker.clock.now() - KEPT;
        let mut discarded = 0;
        for backlog in self.worker.outbox.backlogs().await? {
            let subscriber = &backlog.subscriber;
            if !self.configured.contains(subscriber) && backlog.oldest_at.is_some_and(|at| at < before) {
                let events = self.worker.discard(subscriber).await?;
                tracing::warn!(%subscriber, events, "events.discarded");
                discarded += events;
            }
        }
        Ok(discarded)
    }
}
