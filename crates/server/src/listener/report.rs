//! What an operator is told about connections that were closed for others.

use std::time::Duration;

use tokio::time::Instant;

use super::connection::Stage;

/// The time between two log events. Under attack thousands of connections may be closed in a second.
const PERIOD: Duration = Duration::from_secs(10);

/// What was closed since the last log event.
#[derive(Debug, Default)]
pub(super) struct Report {
    idle: usize,
    unfinished: usize,
    /// The connections that were not taken in.
    pub(super) refused: usize,
    logged: Option<Instant>,
}

impl Report {
    /// Counts a connection that was closed while it was doing this.
    pub(super) fn count(&mut self, stage: Stage) {
        match stage {
            Stage::Idle => self.idle += 1,
            _ => self.unfinished += 1,
        }
    }

    /// Returns what is to be logged now, if anything.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<Self> {
        if self.idle + self.unfinished + self.refused == 0 || self.logged.is_some_and(|logged| now - logged < PERIOD) {
            return None;
        }
        Some(std::mem::replace(self, Self { logged: Some(now), ..Self::default() }))
    }

    pub(super) fn log(&self, connections: usize, memory: usize) {
        let Self { idle, unfinished, refused, .. } = self;
        let memory_kib = memory / 1024;
        tracing::warn!(idle, unfinished, refused, connections, memory_kib, "connections.closed_for_others");
    }
}
