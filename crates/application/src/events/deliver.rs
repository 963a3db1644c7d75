//! Deliver events: in order per user, with scheduled retries, and only to subscribers that still want them.

use std::sync::Arc;

use auth_domain::outbox::RetrySchedule;
use auth_ports::{Clock, Entropy, EventHandler, Failure, Outbox};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::EventSignal;
use super::forgotten::Forgotten;
use super::hastening::Hastening;
use super::line::Line;
use super::worker::Worker;

/// The worker that hands events to their subscribers.
#[derive(Clone)]
pub struct DeliverEvents {
    worker: Worker,
    handlers: Vec<Arc<dyn EventHandler>>,
}

impl DeliverEvents {
    /// Builds the worker from its ports and the subscribers.
    #[must_use]
    pub fn new(
        outbox: Arc<dyn Outbox>,
        handlers: Vec<Arc<dyn EventHandler>>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        schedule: RetrySchedule,
        signal: EventSignal,
    ) -> Self {
        Self { worker: Worker { outbox, clock, entropy, schedule, signal }, handlers }
    }

    /// Delivers until `stop` completes, then waits for the deliveries under way. A slow subscriber does not hold up
    /// the others. Events that a clock which ran ahead has put off are looked for every five minutes, beside that. Events
    /// that have waited for 30 days for subscribers that are no longer configured are removed.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let (stopping, stopped) = watch::channel(());
        let mut lines = JoinSet::new();
        for handler in self.handlers.clone() {
            let hastening = Hastening { worker: self.worker.clone(), subscriber: handler.subscriber().clone() };
            lines.spawn(hastening.run(stopped.clone()));
            lines.spawn(Line::new(self.worker.clone(), handler).run(stopped.clone()));
        }
        lines.spawn(self.forgotten().run(stopped));
        stop.await;
        drop(stopping);
        while lines.join_next().await.is_some() {}
    }

    /// Removes what has waited too long for subscribers that are no longer configured, and returns how many events
    /// there were. Tests call it; `run` does the same every hour.
    ///
    /// # Errors
    /// Returns a [`Failure`] if the queue cannot be read or written.
    pub async fn discard_forgotten(&self) -> Result<u64, Failure> {
        self.forgotten().discard().await
    }

    fn forgotten(&self) -> Forgotten {
        let configured = self.handlers.iter().map(|handler| handler.subscriber().clone()).collect();
        Forgotten { worker: self.worker.clone(), configured }
    }

    /// Delivers what is due now, one turn per user, and returns how many events were tried. Tests call it; `run` does
    /// the same repeatedly.
    ///
    /// # Errors
    /// Returns a [`Failure`] if the queue cannot be read or written.
    pub async fn deliver_due(&self) -> Result<usize, Failure> {
        let mut tried = 0;
        for handler in self.handlers.clone() {
            tried += Line::new(self.worker.clone(), handler).deliver_due().await?;
        }
        Ok(tried)
    }
}
