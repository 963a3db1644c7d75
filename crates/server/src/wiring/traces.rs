//! Traces of requests, for those who have a collector.

use std::sync::Arc;
use std::time::Duration;

use auth_http::Tracer;
use auth_metrics::AttemptWatch;
use auth_outbound::{OutboundHttp, Reach};
use auth_settings::{Problem, TracesSettings};
use auth_traces::{Attribute, ExportTraces, Kind, Traces};

use super::parts::Parts;
use crate::{Configuration, StartFailure};

/// What traces requests, as the HTTP layer wants it.
struct OfRequests(Traces);

impl Tracer for OfRequests {
    fn begin(&self, traceparent: Option<&str>) {
        self.0.begin(traceparent);
    }

    fn handling(&self) {
        self.0.handling();
    }

    fn handled(&self, took: Duration) {
        self.0.handled(took);
    }
}

/// Is told how long a piece of work has waited and taken.
type Timed = Box<dyn Fn(Duration, Duration) + Send + Sync>;

impl Parts<'_> {
    /// What traces requests, if there is a collector.
    pub(super) fn traces(&self) -> Option<Traces> {
        self.configuration.traces.as_ref().map(|(traces, _)| traces.clone())
    }

    pub(super) fn tracer(&self) -> Option<Arc<dyn Tracer>> {
        self.traces().map(|traces| Arc::new(OfRequests(traces)) as Arc<dyn Tracer>)
    }

    /// What traces attempts to deliver messages, if there is a collector.
    pub(super) fn traced_attempts(&self) -> Option<AttemptWatch> {
        let traces = self.traces()?;
        Some(Box::new(move |channel, outcome, took| {
            let attributes = vec![Attribute::Channel(channel.name()), Attribute::Outcome(outcome)];
            traces.child("message", Kind::Internal, took, attributes);
        }))
    }

    /// Counts pieces of work, and traces them under this name.
    pub(super) fn timed(
        &self,
        name: &'static str,
        kind: Kind,
        count: impl Fn(Duration, Duration) + Send + Sync + 'static,
    ) -> Timed {
        match self.traces() {
            None => Box::new(count),
            Some(traces) => Box::new(move |waited, took| {
                count(waited, took);
                traces.child(name, kind, waited + took, Vec::new());
            }),
        }
    }
}

/// The worker that hands traces over. The collector's address is the operator's own, so it may be anywhere, and is called
/// as it is.
pub(super) fn export(configuration: &Configuration) -> Result<Option<ExportTraces>, StartFailure> {
    let Some((traces, TracesSettings { endpoint: Some(endpoint), authorization, .. })) = &configuration.traces else {
        return Ok(None);
    };
    let (http, authorization) = (OutboundHttp::builder(Reach::LoopbackToo), authorization.clone());
    let endpoint = endpoint.url().clone();
    let worker = ExportTraces::new(traces.clone(), http, endpoint, authorization, env!("CARGO_PKG_VERSION"));
    let failed = |error: auth_outbound::OutboundError| Problem::at("endpoint", error.to_string());
    Ok(Some(worker.map_err(|error| failed(error).of_section(TracesSettings::NAME))?))
}
