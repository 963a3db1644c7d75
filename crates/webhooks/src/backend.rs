//! The backend: its address, and how requests to it are signed.

use std::sync::Arc;
use std::time::Duration;

use auth_domain::error_chain::ErrorChain;
use auth_outbound::{
    Answer, ForbiddenAddress, OutboundBuilder, OutboundError, OutboundHttp, SecretError, SigningSecrets, Timeouts,
};
use auth_ports::{Cause, Clock};
use secrecy::SecretString;
use thiserror::Error;
use url::Url;

/// The largest answer that is read, which only a rule needs.
const MAX_ANSWER: usize = 16 * 1024;

/// Where requests are sent, and how they are signed.
#[derive(Debug, Clone)]
pub struct BackendSettings {
    /// An absolute address without user, password and fragment. A query is kept.
    pub url: String,
    /// `whsec_` and the base64 of 24 to 64 random bytes. There may be several, separated by commas or spaces, while
    /// one replaces another. The signature with the first one comes first.
    pub secrets: SecretString,
    /// How long one request may take, from resolving the name to the last byte. It must be more than zero.
    pub timeout: Duration,
}

/// What is wrong with the settings. It never repeats the address or the secrets.
#[derive(Debug, Error)]
pub enum BackendError {
    /// The address may not be called.
    #[error("its url may not be called: {0}")]
    Address(#[from] ForbiddenAddress),
    /// The address has a fragment, which is never sent.
    #[error("its url must not have a fragment")]
    Fragment,
    /// A secret cannot be used.
    #[error("its secrets cannot be used: {0}")]
    Secrets(#[from] SecretError),
    /// The time limit is zero.
    #[error("its time limit must be more than zero")]
    Timeout,
    /// TLS is not available, for example on a system without root certificates.
    #[error("its HTTP client cannot be set up: {0}")]
    Client(String),
}

/// A backend of the operator's.
pub(crate) struct Backend {
    url: Url,
    secrets: SigningSecrets,
    http: OutboundHttp,
    clock: Arc<dyn Clock>,
}

impl Backend {
    /// Asks nobody yet. How far the address may lead is `outbound`'s to say.
    pub(crate) fn new(
        settings: &BackendSettings,
        outbound: OutboundBuilder,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, BackendError> {
        let timeout = settings.timeout;
        let url = outbound.reach().parse(settings.url.trim())?;
        if url.fragment().is_some() {
            return Err(BackendError::Fragment);
        }
        if timeout.is_zero() {
            return Err(BackendError::Timeout);
        }
        let secrets = SigningSecrets::parse(&settings.secrets)?;
        let timeouts = Timeouts { connect: timeout, request: timeout, call: timeout };
        let outbound = outbound.timeouts(timeouts).max_answer(MAX_ANSWER).keep_connections().calling_only(&url);
        let http = outbound.build().map_err(|error| BackendError::Client(ErrorChain(&error).to_string()))?;
        Ok(Self { url, secrets, http, clock })
    }

    /// Finds out whether the backend can be reached. Whatever it answers to a request without a body, it is there.
    pub(crate) async fn try_it(&self) -> Result<(), Cause> {
        self.http.head(&self.url).send_for_status().await.map(drop).map_err(Cause::from)
    }

    /// Posts a body and returns the status of the answer.
    pub(crate) async fn post(&self, id: &str, body: Vec<u8>) -> Result<u16, OutboundError> {
        let timestamp = self.clock.now().timestamp();
        self.http.post(&self.url).signed_json(&self.secrets, id, timestamp, body).send_for_status().await
    }

    /// Posts a body and reads the answer.
    pub(crate) async fn ask(&self, id: &str, body: Vec<u8>) -> Result<Answer, OutboundError> {
        let timestamp = self.clock.now().timestamp();
        self.http.post(&self.url).signed_json(&self.secrets, id, timestamp, body).send().await
    }
}

/// The backend answered with a status that does not mean success.
#[derive(Debug, Error)]
#[error("the receiver answered {0}")]
pub(crate) struct Answered(pub(crate) u16);
