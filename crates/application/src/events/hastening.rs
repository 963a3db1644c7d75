//! Events that a clock which ran ahead has put off.

use std::time::Duration;

use auth_domain::error_chain::ErrorChain;
use auth_domain::outbox::SubscriberId;
use tokio::sync::watch;

use super::worker::Worker;

/// How often to look for such events.
const PAUSE: Duration = Duration::from_secs(300);

/// Looks for them beside the deliveries, which wait neither for a look that takes long nor for one that fails.
pub(super) struct Hastening {
    pub(super) worker: Worker,
    pub(super) subscriber: SubscriberId,
}

impl Hastening {
    /// Looks for them until `stopped` is closed. A look that has begun is left off then.
    pub(super) async fn run(self, mut stopped: watch::Receiver<()>) {
        loop {
            tokio::select! {
                _ = stopped.changed() => break,
                () = self.look_and_pause() => {}
            }
        }
    }

    async fn look_and_pause(&self) {
        let subscriber = &self.subscriber;
        if let Err(error) = self.worker.hasten(subscriber).await {
            tracing::warn!(%subscriber, error = %ErrorChain(&error), "events.not_hastened");
        }
        tokio::time::sleep(PAUSE).await;
    }
}
