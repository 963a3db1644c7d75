//! What is done on threads of its own, and what runs beside requests.

use std::time::Duration;

use prometheus::{Histogram, IntGauge, IntGaugeVec, Result};

use super::families::Families;

pub(crate) struct WorkMetrics {
    hash_waits: Histogram,
    hashes: Histogram,
    database_waits: Histogram,
    database_calls: Histogram,
    workers: IntGaugeVec,
}

impl WorkMetrics {
    pub(crate) fn new(families: &Families<'_>) -> Result<Self> {
        let durations = |name, help| families.durations(name, help, &[])?.get_metric_with_label_values::<&str>(&[]);
        Ok(Self {
            hash_waits: durations(
                "auth_password_hash_wait_duration_seconds",
                "The time that passwords wait for their turn to be hashed.",
            )?,
            hashes: durations("auth_password_hash_duration_seconds", "The time that hashing a password takes.")?,
            database_waits: durations(
                "auth_database_wait_duration_seconds",
                "The time that calls wait for their turn in the pool of connections.",
            )?,
            database_calls: durations(
                "auth_database_call_duration_seconds",
                "The time that calls to the database take, from their turn to their end.",
            )?,
            workers: families.gauges("auth_worker_up", "Whether what works beside requests is alive.", &["worker"])?,
        })
    }
}

impl WorkMetrics {
    /// Counts a password that was hashed.
    pub(crate) fn hashed(&self, waited: Duration, took: Duration) {
        self.hash_waits.observe(waited.as_secs_f64());
        self.hashes.observe(took.as_secs_f64());
    }

    /// Counts a call to the database.
    pub(crate) fn called_database(&self, waited: Duration, took: Duration) {
        self.database_waits.observe(waited.as_secs_f64());
        self.database_calls.observe(took.as_secs_f64());
    }

    /// Something works beside requests, until what is returned is dropped, whatever is the reason.
    pub(crate) fn running(&self, worker: &str) -> RunningWorker {
        let gauge = self.workers.with_label_values(&[worker]);
        gauge.set(1);
        RunningWorker(gauge)
    }
}

/// Says that a worker is alive until it is dropped.
pub struct RunningWorker(IntGauge);

impl Drop for RunningWorker {
    fn drop(&mut self) {
        self.0.set(0);
    }
}
