//! `[http]`

use std::net::SocketAddr;
use std::time::Duration;

use ipnet::IpNet;
use serde::Deserialize;
use url::Url;

use super::common::cores;
use crate::values::{AllowedOrigins, WebAddress, origins, read};

/// The public listener.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpSettings {
    /// Where it listens; port 0 picks a free one.
    #[serde(deserialize_with = "read::value")]
    pub listen: SocketAddr,
    #[serde(default, deserialize_with = "read::optional")]
    public_url: Option<WebAddress>,
    /// Longest body of a request.
    #[serde(deserialize_with = "read::whole::<1024, 16_777_216, _, _>")]
    pub body_limit_bytes: u32,
    /// Longest time until a request is answered.
    #[serde(rename = "request_timeout_seconds", deserialize_with = "read::duration::<1, 600, _>")]
    pub request_timeout: Duration,
    /// Longest time until a request's headers have arrived.
    #[serde(rename = "header_timeout_seconds", deserialize_with = "read::duration::<1, 120, _>")]
    pub header_timeout: Duration,
    /// How long an idle connection is kept; zero: not at all.
    #[serde(rename = "keep_alive_seconds", deserialize_with = "read::duration::<0, 3600, _>")]
    pub keep_alive: Duration,
    /// Connections at once, of all workers together.
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    pub max_connections: u32,
    #[serde(default, deserialize_with = "read::optional_whole::<1, 1024, _, _>")]
    workers: Option<u16>,
    /// Proxies whose word about a request's origin is taken.
    #[serde(deserialize_with = "read::list")]
    pub trusted_proxies: Vec<IpNet>,
    /// Web pages that may call the service from a browser.
    #[serde(deserialize_with = "origins")]
    pub allowed_origins: AllowedOrigins,
}

impl HttpSettings {
    /// The address that clients use, without a slash at its end: as set, else that of the listener,
    /// which was found to be `bound`.
    #[must_use]
    pub fn public_url(&self, bound: SocketAddr) -> String {
        match &self.public_url {
            Some(url) => url.base().to_owned(),
            None => WebAddress::of_listener(bound),
        }
    }

    /// The origin of the service's own pages (RFC 6454), where `public_url` is set.
    #[must_use]
    pub fn public_origin(&self) -> Option<String> {
        let url = Url::parse(self.public_url.as_ref()?.as_str()).ok()?;
        Some(url.origin().ascii_serialization())
    }

    /// Threads that serve requests: as set, else one a core.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.workers.map_or_else(cores, usize::from)
    }
}
