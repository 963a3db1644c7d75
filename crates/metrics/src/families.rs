//! Making metrics.

use prometheus::core::Collector;
use prometheus::{
    HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, Result,
};

/// Bounds of durations in seconds, from an answer out of memory to one that nobody waits for any more.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Makes metrics in a registry.
pub(crate) struct Families<'a>(pub(crate) &'a Registry);

impl Families<'_> {
    pub(crate) fn counter(&self, name: &str, help: &str) -> Result<IntCounter> {
        self.registered(IntCounter::new(name, help)?)
    }

    pub(crate) fn counters(&self, name: &str, help: &str, labels: &[&str]) -> Result<IntCounterVec> {
        self.registered(IntCounterVec::new(Opts::new(name, help), labels)?)
    }

    pub(crate) fn gauge(&self, name: &str, help: &str) -> Result<IntGauge> {
        self.registered(IntGauge::new(name, help)?)
    }

    pub(crate) fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> Result<IntGaugeVec> {
        self.registered(IntGaugeVec::new(Opts::new(name, help), labels)?)
    }

    /// Durations in seconds.
    pub(crate) fn durations(&self, name: &str, help: &str, labels: &[&str]) -> Result<HistogramVec> {
        let options = HistogramOpts::new(name, help).buckets(SECONDS.to_vec());
        self.registered(HistogramVec::new(options, labels)?)
    }

    fn registered<M: Collector + Clone + 'static>(&self, metric: M) -> Result<M> {
        self.0.register(Box::new(metric.clone()))?;
        Ok(metric)
    }
}
