//! Handing traces to the collector.

use std::pin::pin;
use std::time::Duration;

use auth_domain::error_chain::ErrorChain;
use auth_outbound::{OutboundBuilder, OutboundError, OutboundHttp};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::sleep;
use url::Url;

use crate::otlp;
use crate::recorder::{Finished, Traces};

/// How long spans are collected, unless there are enough for a request earlier.
const COLLECTED: Duration = Duration::from_secs(2);

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
        let http = if endpoint.scheme() == "https" { http } else { http.without_tls() };
        Ok(Self { traces, http: http.keep_connections().build()?, endpoint, authorization, version })
    }

    /// Hands over until `stop` completes, then what is left. What the collector does not take is dropped.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        loop {
            let is_over = tokio::select! {
                () = &mut stop => true,
                () = self.traces.are_enough() => false,
                () = sleep(COLLECTED) => false,
            };
            self.hand_over().await;
            if is_over {
                return;
            }
        }
    }

    /// Hands over what there is, as long as the collector takes it.
    async fn hand_over(&self) {
        let (mut dropped, mut why) = (self.traces.take_dropped(), "there were too many at once".to_owned());
        loop {
            let spans = self.traces.take();
            if spans.is_empty() {
                break;
            }
            if let Err(error) = self.post(&spans).await {
                dropped += spans.len();
                why = ErrorChain(&error).to_string();
                break;
            }
        }
        if dropped > 0 {
            tracing::warn!(dropped, why, "traces.dropped");
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
