//! The client and its limits.

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Proxy};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;
use url::{Host, Url};

use crate::resolver::PolicedResolver;
use crate::watch::Watcher;
use crate::{AddressPolicy, ForbiddenAddress, OutboundError, Proxies};

/// The largest answer unless the builder says otherwise. Key sets and discovery documents of large parties stay under
/// 30 KiB.
const MAX_ANSWER: usize = 256 * 1024;

/// How many requests to one party may be under way. Each holds a socket for as long as the party likes (up to the
/// time limit), and the service needs sockets to answer its own clients.
const MAX_IN_FLIGHT: usize = 64;

/// How long is waited for this machine's own answer about a name that a proxy is going to resolve. Behind a proxy there may
/// be no name server that answers at all.
const LOOK_UP: Duration = Duration::from_secs(1);

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
    policy: AddressPolicy,
    proxies: Proxies,
    timeouts: Timeouts,
    max_answer: usize,
    keep_connections: bool,
    tls: bool,
    watcher: Watcher,
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

    /// Leaves TLS out if `address`, the only one that is called, needs none: [`OutboundBuilder::without_tls`].
    #[must_use]
    pub fn calling_only(self, address: &Url) -> Self {
        if address.scheme() == "https" { self } else { self.without_tls() }
    }

    /// Sends requests through these proxies. The default is none, whatever the environment says.
    #[must_use]
    pub fn proxies(self, proxies: Proxies) -> Self {
        Self { proxies, ..self }
    }

    /// Asks this before each request. The default is nobody.
    #[must_use]
    pub fn watched(self, watcher: Watcher) -> Self {
        Self { watcher, ..self }
    }

    /// Returns how far its requests may reach.
    #[must_use]
    pub fn reach(&self) -> AddressPolicy {
        self.policy.clone()
    }

    /// Builds the client. It makes no request.
    ///
    /// # Errors
    /// Returns [`OutboundError::Setup`] if the system has no usable certificate store.
    pub fn build(self) -> Result<OutboundHttp, OutboundError> {
        let resolver = PolicedResolver::new(self.policy.clone(), self.proxies.clone());
        let mut builder = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(self.timeouts.connect)
            .timeout(self.timeouts.request)
            .redirect(Policy::none())
            .no_proxy()
            .https_only(self.policy.is_encrypted())
            .dns_resolver(resolver.clone());
        if !self.proxies.is_empty() {
            let proxies = self.proxies.clone();
            builder = builder.proxy(Proxy::custom(move |address| proxies.of(address).cloned()));
        }
        if !self.keep_connections {
            builder = builder.pool_max_idle_per_host(0);
        }
        if !self.tls {
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build().map_err(OutboundError::Setup)?;
        let Self { policy, proxies, timeouts, max_answer, watcher, .. } = self;
        let in_flight = Arc::new(Semaphore::new(MAX_IN_FLIGHT));
        Ok(OutboundHttp { client, policy, proxies, resolver, timeouts, max_answer, in_flight, watcher })
    }
}

/// A client for one party, with at most 64 requests at a time. Clones share that limit.
#[derive(Debug, Clone)]
pub struct OutboundHttp {
    client: Client,
    policy: AddressPolicy,
    proxies: Proxies,
    resolver: PolicedResolver,
    timeouts: Timeouts,
    max_answer: usize,
    in_flight: Arc<Semaphore>,
    watcher: Watcher,
}

impl OutboundHttp {
    /// Begins to build a client.
    #[must_use]
    pub fn builder(policy: impl Into<AddressPolicy>) -> OutboundBuilder {
        OutboundBuilder {
            policy: policy.into(),
            proxies: Proxies::default(),
            timeouts: Timeouts::default(),
            max_answer: MAX_ANSWER,
            keep_connections: false,
            tls: true,
            watcher: Watcher::default(),
        }
    }

    /// Returns how far its requests may reach.
    #[must_use]
    pub fn reach(&self) -> AddressPolicy {
        self.policy.clone()
    }

    /// Asks this before each request from now on.
    #[must_use]
    pub fn watched(self, watcher: Watcher) -> Self {
        Self { watcher, ..self }
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

    pub(crate) fn watcher(&self) -> &Watcher {
        &self.watcher
    }

    pub(crate) fn max_answer(&self) -> usize {
        self.max_answer
    }

    /// Checks whether an address may be called. Names are checked again when they are resolved; those that a proxy
    /// resolves are checked here as far as that is possible.
    pub(crate) async fn admit(&self, address: &Url) -> Result<(), ForbiddenAddress> {
        self.policy.check(address)?;
        let Some(Host::Domain(name)) = address.host() else { return Ok(()) };
        let admitted = match self.proxies.of(address) {
            _ if !self.policy.is_public_only() => true,
            Some(_) => self.policy.may_be_public(name) && self.is_public_here(name).await,
            // The resolver lets the proxies themselves pass.
            None => !self.proxies.are_at(name) || self.policy.lists(name),
        };
        if admitted { Ok(()) } else { Err(ForbiddenAddress::NotPublic) }
    }

    /// Whether all addresses of a name that this machine can find may be called.
    async fn is_public_here(&self, name: &str) -> bool {
        match timeout(LOOK_UP, self.resolver.look_up(name.to_owned())).await {
            Ok(Ok(found)) => found.iter().all(|found| self.policy.admits_as(name, found.ip())),
            // The proxy may know more.
            Ok(Err(_)) | Err(_) => true,
        }
    }

    /// Takes one of the [`MAX_IN_FLIGHT`] places.
    pub(crate) fn place(&self) -> Result<SemaphorePermit<'_>, OutboundError> {
        self.in_flight.try_acquire().map_err(|_| OutboundError::Busy)
    }
}
