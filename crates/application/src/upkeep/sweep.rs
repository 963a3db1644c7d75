//! Remove expired rows, a few at a time so that nobody has to wait for it.

use std::sync::Arc;
use std::time::Duration;

use auth_domain::error_chain::ErrorChain;
use auth_domain::known_devices::DeviceMarks;
use auth_ports::{Clock, DeadLetters, EventStore, Failure, UpkeepStore};
use chrono::TimeDelta;

/// How long rows are kept after they expired. Repeated requests and replays are recognised by them, and an operator
/// may still look for one.
const KEPT: TimeDelta = TimeDelta::days(1);
/// How many rows of each kind are removed at once.
const BATCH: u16 = 1000;
/// The pause after a round that found few rows.
const PAUSE: Duration = Duration::from_secs(60);
/// The pause between full batches, which lets the database do other work.
const BREATH: Duration = Duration::from_millis(100);

/// The worker that removes expired rows.
pub struct SweepExpired {
    store: Arc<dyn UpkeepStore>,
    events: Arc<dyn EventStore>,
    dead_letters: Arc<dyn DeadLetters>,
    clock: Arc<dyn Clock>,
    /// What makes the marks of devices whose sessions are removed.
    marks: DeviceMarks,
    /// How long events are kept, including those that never reached a subscriber.
    retention: TimeDelta,
}

impl SweepExpired {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(
        store: Arc<dyn UpkeepStore>,
        events: Arc<dyn EventStore>,
        dead_letters: Arc<dyn DeadLetters>,
        clock: Arc<dyn Clock>,
        marks: DeviceMarks,
        retention: TimeDelta,
    ) -> Self {
        Self { store, events, dead_letters, clock, marks, retention }
    }

    /// Removes one batch and returns how many rows were removed.
    ///
    /// # Errors
    /// Returns a [`Failure`] if the store cannot be reached.
    pub async fn sweep(&self) -> Result<u64, Failure> {
        let now = self.clock.now();
        let expired = self.store.sweep(now - KEPT, BATCH, &self.marks).await?;
        let old = self.events.sweep(now - self.retention, BATCH).await?;
        Ok(expired + old + self.dead_letters.sweep(now - self.retention, BATCH).await?)
    }

    /// Sweeps until `stop` completes.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        loop {
            let pause = match self.sweep().await {
                Ok(rows) if rows >= u64::from(BATCH) => BREATH,
                Ok(_) => PAUSE,
                Err(error) => {
                    tracing::warn!(error = %ErrorChain(&error), "sweep.failed");
                    PAUSE
                }
            };
            tokio::select! {
                () = &mut stop => break,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }
}
