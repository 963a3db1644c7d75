//! How requests are read.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use auth_application::kit::Gate;
use auth_application::session::RecogniseClient;
use auth_application::upkeep::Draining;
use auth_domain::clients::Clients;
use auth_domain::identifier::Schemes;
use ipnet::IpNet;

pub use crate::extract::ForwardedHeader;
use crate::{InProgress, Pace};

impl HttpOptions {
    /// Whether pages of this origin may call as this client. A client that has a list of its own is held to it.
    pub(crate) fn admit(&self, client: &str, origin: &str) -> bool {
        self.allowed_origins_of.get(client).unwrap_or(&self.allowed_origins).admit(origin)
    }

    /// Whether pages of this origin may call as one client or another.
    pub(crate) fn admit_as_anybody(&self, origin: &str) -> bool {
        self.allowed_origins.admit(origin) || self.allowed_origins_of.values().any(|list| list.admit(origin))
    }
}

/// Web origins whose pages may call the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CorsOrigins {
    /// All of them (profile `local`).
    Any,
    /// These, and the service's own.
    Only(Vec<String>),
}

impl CorsOrigins {
    pub(crate) fn admit(&self, origin: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Only(allowed) => allowed.iter().any(|one| one == origin),
        }
    }
}

/// How requests are read.
#[derive(Clone)]
pub struct HttpOptions {
    /// The largest body of a request, in bytes.
    pub body_limit: usize,
    /// The longest time that a body may take to arrive.
    pub body_timeout: Duration,
    /// The networks of proxies that are believed where requests come from.
    pub trusted_proxies: Vec<IpNet>,
    /// The header in which they say it.
    pub forwarded_header: ForwardedHeader,
    /// The web origins whose pages may call the service.
    pub allowed_origins: CorsOrigins,
    /// The origin of the service's own pages, besides that of the address that a request names.
    pub own_origin: Option<String>,
    /// The web origins of clients that have a list of their own, by client id.
    pub allowed_origins_of: BTreeMap<String, CorsOrigins>,
    /// The clients that may use the service.
    pub clients: Clients,
    /// Recognises them by their publishable keys. All threads of a process share it.
    pub client_keys: Arc<RecogniseClient>,
    /// The kinds of identifiers; their names are body fields.
    pub schemes: Schemes,
    /// How many requests that may change something each network may make; `None`: as many as it likes. All threads of a
    /// process share it.
    pub pace: Option<Arc<Pace>>,
    /// How many requests of each network are worked on at the same time. All threads of a process share it.
    pub in_progress: Arc<InProgress>,
    /// The bot gate, for calls that must pass it when they arrive.
    pub gate: Gate,
    /// Whether the server is about to stop. Each answer is then the last one on its connection.
    pub draining: Draining,
    /// Is told of each answer, and of each request that got none, if anybody is.
    pub observer: Option<Observer>,
    /// Traces requests, if anybody does.
    pub tracer: Option<Arc<dyn Tracer>>,
    /// Makes an id for a request that has none.
    pub new_request_id: Arc<dyn Fn() -> String + Send + Sync>,
}

/// What is told of each answer, and of each request whose connection ended before there was one. It must not wait.
pub type Observer = Arc<dyn Fn(&Answered<'_>) + Send + Sync>;

/// An answer to a request, as it is logged.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    /// The method, which is one of a few.
    pub method: &'a str,
    /// The pattern of the path, `unmatched`, or `refused` if the request was refused, or its client left, before its path
    /// was looked at.
    pub route: &'a str,
    /// `ok`, the name of the error, or `client_gone` if the connection ended before there was an answer.
    pub outcome: &'static str,
    /// How long it took.
    pub took: Duration,
}

/// Traces requests. Each call comes in the log's span of its request, and must not wait. The end of a request is told to the
/// [`Observer`].
pub trait Tracer: Send + Sync {
    /// A request begins. `traceparent` is its header of that name (W3C Trace Context).
    fn begin(&self, traceparent: Option<&str>);

    /// Its handler begins.
    fn handling(&self);

    /// Its handler has come to an end after this time, or its work was dropped because the connection has ended.
    fn handled(&self, took: Duration);
}
