//! Handing traces to the collector.

use std::iter;
use std::pin::pin;
use std::time::Duration;

use auth_domain::error_chain::ErrorChain;
use auth_outbound::{OutboundBuilder, OutboundError, OutboundHttp};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::{Instant, sleep};
use url::Url;

use crate::otlp;
use crate::recorder::{Finished, Traces};

/// How long spans are collected, unless there are enough for a request earlier.
const COLLECTED: Duration = Duration::from_secs(2);
/// How long the end of the service waits for the collector, apart from the request that is under way then.
const LAST: Duration = Duration::from_secs(2);

/// The worker that hands traces over.
pub struct ExportTraces {
    traces: Traces,
    http: OutboundHttp,
    endpoint: Url,
    authorization: Option<SecretString>,
    version: &'static str,
}

impl ExportTraces {
    /// Makes the worker. `authorization` is the value of the header of that name; `version` is the program's.
    ///
    /// # Errors
    /// Returns [`OutboundError`] if the HTTP client cannot be set up.
    pub fn new(
        traces: Traces,
        http: OutboundBuilder,
        endpoint: Url,
        authorization: Option<SecretString>,
        version: &'static str,
    ) -> Result<Self, OutboundError> {
        let http = http.keep_connections().calling_only(&endpoint).build()?;
        Ok(Self { traces, http, endpoint, authorization, version })
    }

    /// Hands over until `stop` completes, then what is left, for a few seconds. What the collector does not take is dropped.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                () = self.traces.are_enough() => {}
                () = sleep(COLLECTED) => {}
            }
            self.hand_over().await;
        }
        let until = Instant::now() + LAST;
        while Instant::now() < until && self.hand_over().await {}
        let left: usize = iter::repeat_with(|| self.traces.take().len()).take_while(|taken| *taken > 0).sum();
        tell_dropped(left, "the service has ended");
    }

    /// Hands over what fits into one request. Returns whether the collector has taken something.
    async fn hand_over(&self) -> bool {
        tell_dropped(self.traces.take_dropped(), "there were too many at once");
        let spans = self.traces.take();
        if spans.is_empty() {
            return false;
        }
        match self.post(&spans).await {
            Ok(()) => true,
            Err(error) => {
                tell_dropped(spans.len(), &ErrorChain(&error).to_string());
                false
            }
        }
    }

    async fn post(&self, spans: &[Finished]) -> Result<(), OutboundError> {
        let request = self.http.post(&self.endpoint).json(&otlp::request(self.version, spans));
        let request = match &self.authorization {
            Some(secret) => request.header("authorization", secret.expose_secret()),
            None => request,
        };
        match request.send_for_status().await? {
            200..=299 => Ok(()),
            status => Err(OutboundError::Status(status)),
        }
    }
}

fn tell_dropped(spans: usize, why: &str) {
    if spans > 0 {
        tracing::warn!(dropped = spans, why, "traces.dropped");
    }
}
