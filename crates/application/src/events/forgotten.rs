//! Events that wait for subscribers who are not configured any more.

use std::time::Duration;

use auth_domain::error_chain::ErrorChain;
use auth_domain::outbox::SubscriberId;
use auth_ports::Failure;
use chrono::TimeDelta;
use tokio::sync::watch;

use super::worker::Worker;

/// How long events wait for somebody whom nobody configures. Longer than any deployment is between two versions, and than
/// it takes to notice a setting that was lost.
const KEPT: TimeDelta = TimeDelta::days(30);
/// How often it looks for them.
const PAUSE: Duration = Duration::from_secs(3600);

pub(super) struct Forgotten {
    pub(super) worker: Worker,
    pub(super) configured: Vec<SubscriberId>,
}

impl Forgotten {
    /// Looks until `stopped` is closed.
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

    /// Removes them, and says how many there were. All of such a subscriber's go once the oldest is old enough: its
    /// receiver could make nothing of a rest.
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
