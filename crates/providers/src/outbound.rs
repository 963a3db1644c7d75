//! The one way out: bounded in time, in size and in number, and only to admitted addresses.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::ACCEPT;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};
use serde::de::DeserializeOwned;
use thiserror::Error;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use url::Url;

use crate::address_policy::{ForbiddenAddress, Reach};
use crate::resolver::PolicedResolver;

/// Largest answer. Key sets and discovery documents of large parties stay under 30 KiB.
const MAX_BODY: usize = 256 * 1024;

/// Requests of one provider at a time. Each holds a socket for as long as the third party likes (up
/// to the time limit), and sockets are what the service answers its own clients with.
const MAX_IN_FLIGHT: usize = 64;

/// GitHub refuses requests without a `User-Agent`.
const USER_AGENT: &str = concat!("auth-server/", env!("CARGO_PKG_VERSION"));

/// How long a third party may take.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// To accept a connection.
    pub connect: Duration,
    /// For one request, from looking up the name to the last byte.
    pub request: Duration,
    /// For everything that one sign-in asks of it.
    pub call: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(3), request: Duration::from_secs(5), call: Duration::from_secs(10) }
    }
}

/// Why a third party gave no usable answer. Holds nothing that it said besides an error code.
#[derive(Debug, Error)]
pub enum OutboundError {
    /// The address may not be called.
    #[error("the address may not be called: {0}")]
    Forbidden(#[from] ForbiddenAddress),
    /// No connection, no TLS, or broken off.
    #[error("the request failed")]
    Failed(#[source] reqwest::Error),
    /// Too slow.
    #[error("no complete answer in time")]
    TimedOut,
    /// Too many requests wait for this third party already.
    #[error("too many requests are under way")]
    Busy,
    /// It failed a moment ago and is left alone for a while.
    #[error("it failed a moment ago")]
    Resting,
    /// An answer without end.
    #[error("the answer is larger than {MAX_BODY} bytes")]
    TooLarge,
    /// A status that means no answer; redirects are not followed.
    #[error("the answer has status {0}")]
    Status(u16),
    /// An OAuth error that is the operator's to mend, such as `invalid_client`.
    #[error("the answer is the OAuth error {0:?}")]
    OAuth(String),
    /// An answer that says something else than it must.
    #[error("{0}")]
    Nonsense(&'static str),
}

/// The shared HTTP client of all providers.
#[derive(Debug, Clone)]
pub struct OutboundHttp {
    client: Client,
    reach: Reach,
    timeouts: Timeouts,
    in_flight: Arc<Semaphore>,
}

impl OutboundHttp {
    /// Builds the client.
    ///
    /// # Errors
    /// [`OutboundError::Failed`] when the system has no usable certificate store.
    pub fn new(reach: Reach, timeouts: Timeouts) -> Result<Self, OutboundError> {
        let client = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(timeouts.connect)
            .timeout(timeouts.request)
            .redirect(Policy::none())
            .no_proxy()
            .https_only(reach == Reach::PublicOnly)
            .dns_resolver(PolicedResolver::new(reach))
            // A kept connection may be dead by the next sign-in, and a code can be sent only once.
            .pool_max_idle_per_host(0)
            .build()
            .map_err(OutboundError::Failed)?;
        Ok(Self { client, reach, timeouts, in_flight: Arc::new(Semaphore::new(MAX_IN_FLIGHT)) })
    }

    /// The same client with a queue of its own, so that one slow third party does not hold up another.
    pub(crate) fn for_one_provider(&self) -> Self {
        Self { in_flight: Arc::new(Semaphore::new(MAX_IN_FLIGHT)), ..self.clone() }
    }

    pub(crate) fn reach(&self) -> Reach {
        self.reach
    }

    /// Ends `call` at the time limit for a whole call.
    pub(crate) async fn within_limit<T, E: From<OutboundError>>(
        &self,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        timeout(self.timeouts.call, call).await.unwrap_or_else(|_| Err(OutboundError::TimedOut.into()))
    }

    /// Asks for a JSON document.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        address: &Url,
        bearer: Option<&str>,
    ) -> Result<T, OutboundError> {
        let mut request = self.client.get(address.clone());
        if let Some(token) = bearer {
            request = request.bearer_auth(token);
        }
        let answer = self.send(address, request).await?;
        if answer.status != 200 {
            return Err(OutboundError::Status(answer.status));
        }
        answer.json()
    }

    /// Posts a form, with the two halves of HTTP Basic if given. Any status is an answer.
    pub(crate) async fn post(
        &self,
        address: &Url,
        form: &[(&str, &str)],
        basic: Option<(&str, &str)>,
    ) -> Result<Answer, OutboundError> {
        let mut request = self.client.post(address.clone()).form(form);
        if let Some((user, secret)) = basic {
            request = request.basic_auth(user, Some(secret));
        }
        self.send(address, request).await
    }

    async fn send(&self, address: &Url, request: RequestBuilder) -> Result<Answer, OutboundError> {
        self.reach.check(address)?;
        let _permit = self.in_flight.try_acquire().map_err(|_| OutboundError::Busy)?;
        let response = request.header(ACCEPT, "application/json").send().await.map_err(failed)?;
        Ok(Answer { status: response.status().as_u16(), body: read(response).await? })
    }
}

/// A complete answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    body: Vec<u8>,
}

impl Answer {
    /// The body as JSON. What it says stays out of the error, because it may be a token.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, OutboundError> {
        serde_json::from_slice(&self.body).map_err(|_| OutboundError::Nonsense("the answer is not the JSON expected"))
    }
}

/// Reads to the end or to the limit. The announced length is not believed.
async fn read(mut response: Response) -> Result<Vec<u8>, OutboundError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(OutboundError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn failed(error: reqwest::Error) -> OutboundError {
    if error.is_timeout() { OutboundError::TimedOut } else { OutboundError::Failed(error.without_url()) }
}
