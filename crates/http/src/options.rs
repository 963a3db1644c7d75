//! How requests are read.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use auth_domain::clients::Clients;
use auth_domain::identifier::Schemes;
use ipnet::IpNet;

impl HttpOptions {
    /// Whether pages of this origin may call as this client: one with a list of its own is held to it.
    pub(crate) fn admit(&self, client: &str, origin: &str) -> bool {
        self.allowed_origins_of.get(client).unwrap_or(&self.allowed_origins).admit(origin)
    }

    /// Whether they may call as one client or another.
    pub(crate) fn admit_as_anybody(&self, origin: &str) -> bool {
        self.allowed_origins.admit(origin) || self.allowed_origins_of.values().any(|list| list.admit(origin))
    }
}

/// Web origins whose pages may call the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedOrigins {
    /// All (profile `local`).
    Any,
    /// These, and the service's own.
    Only(Vec<String>),
}

impl AllowedOrigins {
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
    /// Largest body, in bytes.
    pub body_limit: usize,
    /// Longest time for reading a body.
    pub body_timeout: Duration,
    /// Networks whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Web origins whose pages may call the service.
    pub allowed_origins: AllowedOrigins,
    /// The origin of the service's own pages, besides that of the address a request names.
    pub own_origin: Option<String>,
    /// The same for clients that have a list of their own.
    pub allowed_origins_of: BTreeMap<String, AllowedOrigins>,
    /// Who may use the service.
    pub clients: Clients,
    /// The kinds of identifiers; their names are body fields.
    pub schemes: Schemes,
    /// Makes ids for requests that bring none.
    pub new_request_id: Arc<dyn Fn() -> String + Send + Sync>,
}
