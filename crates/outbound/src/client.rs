//! The client and its limits.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::resolver::PolicedResolver;
use crate::{OutboundError, Reach};

/// Largest answer unless the builder says otherwise. Key sets and discovery documents of large
/// parties stay under 30 KiB.
const MAX_ANSWER: usize = 256 * 1024;

/// Requests to one party at a time. Each holds a socket for as long as the party likes (up to the
/// time limit), and sockets are what the service answers its own clients with.
const MAX_IN_FLIGHT: usize = 64;

/// Some parties (GitHub among them) refuse requests without a `User-Agent`.
const USER_AGENT: &str = concat!("auth-server/", env!("CARGO_PKG_VERSION"));

/// How long a party may take.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// To accept a connection; 3 s by default.
    pub connect: Duration,
    /// For one request, from looking up the name to the last byte; 5 s by default.
    pub request: Duration,
    /// For several requests that belong together ([`OutboundHttp::within_limit`]); 10 s by default.
    pub call: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(3), request: Duration::from_secs(5), call: Duration::from_secs(10) }
    }
}

/// How a client is to be. [`OutboundHttp::builder`] begins one.
#[derive(Debug, Clone)]
pub struct OutboundBuilder {
    reach: Reach,
    timeouts: Timeouts,
    max_answer: usize,
    keep_connections: bool,
    tls: bool,
}

impl OutboundBuilder {
    /// Other time limits than [`Timeouts::default`].
    #[must_use]
    pub fn timeouts(self, timeouts: Timeouts) -> Self {
        Self { timeouts, ..self }
    }

    /// Another limit for the size of an answer, in bytes, than 256 KiB.
    #[must_use]
    pub fn max_answer(self, bytes: usize) -> Self {
        Self { max_answer: bytes, ..self }
    }

    /// Keeps connections open for the next request. Not the default: a kept connection may be dead by
    /// the next request, and what may be sent only once, such as an authorization code, is lost then.
    #[must_use]
    pub fn keep_connections(self) -> Self {
        Self { keep_connections: true, ..self }
    }

    /// For plain `http://` only. Needs no root certificates, which a bare machine may lack.
    #[must_use]
    pub fn without_tls(self) -> Self {
        Self { tls: false, ..self }
    }

    /// How far its requests will reach.
    #[must_use]
    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// Builds the client. Asks nobody.
    ///
    /// # Errors
    /// [`OutboundError::Setup`] when the system has no usable certificate store.
    pub fn build(self) -> Result<OutboundHttp, OutboundError> {
        let mut builder = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(self.timeouts.connect)
            .timeout(self.timeouts.request)
            .redirect(Policy::none())
            .no_proxy()
            .https_only(self.reach.is_encrypted())
            .dns_resolver(PolicedResolver::new(self.reach));
        if !self.keep_connections {
            builder = builder.pool_max_idle_per_host(0);
        }
        if !self.tls {
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build().map_err(OutboundError::Setup)?;
        let in_flight = Arc::new(Semaphore::new(MAX_IN_FLIGHT));
        Ok(OutboundHttp { client, reach: self.reach, timeouts: self.timeouts, max_answer: self.max_answer, in_flight })
    }
}

/// Requests to one party, 64 at a time at most. Clones share that number.
#[derive(Debug, Clone)]
pub struct OutboundHttp {
    client: Client,
    reach: Reach,
    timeouts: Timeouts,
    max_answer: usize,
    in_flight: Arc<Semaphore>,
}

impl OutboundHttp {
    /// A client to be set up.
    #[must_use]
    pub fn builder(reach: Reach) -> OutboundBuilder {
        OutboundBuilder {
            reach,
            timeouts: Timeouts::default(),
            max_answer: MAX_ANSWER,
            keep_connections: false,
            tls: true,
        }
    }

    /// How far its requests reach.
    #[must_use]
    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// Ends `call`, which makes several requests, at the time limit for a whole call.
    ///
    /// # Errors
    /// Those of `call`, and [`OutboundError::TimedOut`].
    pub async fn within_limit<T, E: From<OutboundError>>(
        &self,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        timeout(self.timeouts.call, call).await.unwrap_or_else(|_| Err(OutboundError::TimedOut.into()))
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn max_answer(&self) -> usize {
        self.max_answer
    }

    /// One of the places of [`MAX_IN_FLIGHT`].
    pub(crate) fn place(&self) -> Result<SemaphorePermit<'_>, OutboundError> {
        self.in_flight.try_acquire().map_err(|_| OutboundError::Busy)
    }
}
