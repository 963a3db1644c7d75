//! The client and its limits.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::resolver::PolicedResolver;
use crate::{OutboundError, Reach};

/// The largest answer unless the builder says otherwise. Key sets and discovery documents of large parties stay under
/// 30 KiB.
const MAX_ANSWER: usize = 256 * 1024;

/// How many requests to one party may be under way. Each holds a socket for as long as the party likes (up to the
/// time limit), and the service needs sockets to answer its own clients.
const MAX_IN_FLIGHT: usize = 64;

/// Some parties (GitHub among them) refuse requests without a `User-Agent`.
const USER_AGENT: &str = concat!("auth-server/", env!("CARGO_PKG_VERSION"));

/// How long a party may take.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// The limit for establishing a connection; 3 s by default.
    pub connect: Duration,
    /// The limit for one request, from resolving the name to the last byte; 5 s by default.
    pub request: Duration,
    /// The limit for several requests that belong together ([`OutboundHttp::within_limit`]); 10 s by default.
    pub call: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(3), request: Duration::from_secs(5), call: Duration::from_secs(10) }
    }
}

/// The options of a client. [`OutboundHttp::builder`] returns one.
#[derive(Debug, Clone)]
pub struct OutboundBuilder {
    reach: Reach,
    timeouts: Timeouts,
    max_answer: usize,
    keep_connections: bool,
    tls: bool,
}

impl OutboundBuilder {
    /// Sets time limits other than [`Timeouts::default`].
    #[must_use]
    pub fn timeouts(self, timeouts: Timeouts) -> Self {
        Self { timeouts, ..self }
    }

    /// Sets the limit for the size of an answer, in bytes. The default is 256 KiB.
    #[must_use]
    pub fn max_answer(self, bytes: usize) -> Self {
        Self { max_answer: bytes, ..self }
    }

    /// Keeps connections open for the next request. This is not the default, because a kept connection may be dead by
    /// then, and a request that may be sent only once, such as one with an authorization code, would be lost.
    #[must_use]
    pub fn keep_connections(self) -> Self {
        Self { keep_connections: true, ..self }
    }

    /// Allows plain `http://` only, which needs no root certificates. A minimal machine may lack them.
    #[must_use]
    pub fn without_tls(self) -> Self {
        Self { tls: false, ..self }
    }

    /// Returns how far its requests may reach.
    #[must_use]
    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// Builds the client. It makes no request.
    ///
    /// # Errors
    /// Returns [`OutboundError::Setup`] if the system has no usable certificate store.
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

/// A client for one party, with at most 64 requests at a time. Clones share that limit.
#[derive(Debug, Clone)]
pub struct OutboundHttp {
    client: Client,
    reach: Reach,
    timeouts: Timeouts,
    max_answer: usize,
    in_flight: Arc<Semaphore>,
}

impl OutboundHttp {
    /// Begins to build a client.
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

    /// Returns how far its requests may reach.
    #[must_use]
    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// Ends `call`, which makes several requests, when the time limit for a whole call is reached.
    ///
    /// # Errors
    /// Returns the errors of `call`, or [`OutboundError::TimedOut`].
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

    /// Takes one of the [`MAX_IN_FLIGHT`] places.
    pub(crate) fn place(&self) -> Result<SemaphorePermit<'_>, OutboundError> {
        self.in_flight.try_acquire().map_err(|_| OutboundError::Busy)
    }
}
