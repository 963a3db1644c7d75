//! `[http]`

use std::net::SocketAddr;
use std::time::Duration;

use ipnet::IpNet;
use serde::Deserialize;
use url::Url;

use super::common::{cores, one_of};
use crate::Danger;
use crate::values::{AllowedOrigins, Given, Setting, WebAddress, covers_more_than_anybody_has, origins, read};

/// The public listener.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpSettings {
    /// Where it listens; port 0 picks a free one.
    #[serde(deserialize_with = "read::value")]
    pub listen: SocketAddr,
    #[serde(default, deserialize_with = "read::optional")]
    public_url: Option<WebAddress>,
    #[serde(deserialize_with = "read::value")]
    allow_plain_public_url: bool,
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
    /// How long a server that is to stop still takes connections, while it says that it is not ready.
    #[serde(rename = "drain_seconds", deserialize_with = "read::duration::<0, 600, _>")]
    pub drain: Duration,
    /// Connections at once, of all workers together.
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    pub max_connections: u32,
    /// Connections of one network at once, unless it is a trusted proxy.
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    pub max_connections_per_network: u32,
    /// Unfinished requests of one network at once.
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    pub max_unfinished_per_network: u32,
    /// Requests of one network that are worked on at once.
    #[serde(deserialize_with = "read::whole::<1, 1_000_000, _, _>")]
    pub max_requests_per_network: u32,
    /// Memory that connections and their requests may need together.
    #[serde(deserialize_with = "read::whole::<1_048_576, 4_294_967_295, _, _>")]
    pub connection_memory_bytes: u32,
    #[serde(default, deserialize_with = "read::optional_whole::<1, 1024, _, _>")]
    workers: Option<u16>,
    /// Proxies whose word about a request's origin is taken.
    #[serde(deserialize_with = "read::list")]
    pub trusted_proxies: Vec<IpNet>,
    /// The header in which they say it.
    #[serde(deserialize_with = "read::value")]
    pub forwarded_header: ForwardedHeaderName,
    #[serde(deserialize_with = "read::value")]
    allow_any_proxy: bool,
    /// Web pages that may call the service from a browser.
    #[serde(deserialize_with = "origins")]
    pub allowed_origins: AllowedOrigins,
    #[serde(deserialize_with = "read::value")]
    allow_any_origin: bool,
    #[serde(deserialize_with = "read::value")]
    allow_plain_origins: bool,
    #[serde(deserialize_with = "read::value")]
    allow_high: bool,
}

/// As many as all networks have by default, and ten times what one has.
const MOST_CONNECTIONS_PER_NETWORK: u32 = 10_000;
/// Ten times the default.
const MOST_UNFINISHED_PER_NETWORK: u32 = 1_000;
/// Some fifteen times the default.
const MOST_REQUESTS_PER_NETWORK: u32 = 1_000;
/// 1 GiB, which is enough for 40 000 connections. It is a part of the machine that strangers can fill.
const MOST_CONNECTION_MEMORY: u32 = 1_073_741_824;

/// The header by which proxies report where requests come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForwardedHeaderName {
    /// `X-Forwarded-For`, or `Forwarded` where a request has no such line.
    XForwardedFor,
    /// `Forwarded` (RFC 7239) alone.
    Forwarded,
}

impl Setting for ForwardedHeaderName {
    fn from_given(given: &Given) -> Result<Self, String> {
        one_of(given, &[("forwarded", Self::Forwarded), ("x-forwarded-for", Self::XForwardedFor)])
    }
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

    pub(crate) fn dangers(&self) -> Vec<Danger> {
        let mut found = self.allowed_origins.dangers(self.allow_any_origin, self.allow_plain_origins);
        if covers_more_than_anybody_has(&self.trusted_proxies) {
            let risk = "trusts so much of the internet that strangers can choose the address that limits count";
            found.push(Danger::at("trusted_proxies", risk, "allow_any_proxy", self.allow_any_proxy));
        }
        if self.public_url.as_ref().is_some_and(WebAddress::is_exposed) {
            let risk = "is not https, so that codes, passwords and tokens can be read on the way";
            found.push(Danger::at("public_url", risk, "allow_plain_public_url", self.allow_plain_public_url));
        }
        if self.public_url.is_none() && !self.listen.ip().to_canonical().is_loopback() {
            let risk = "is not set, so that tokens and answers name the listener's own address, by plain http";
            found.push(Danger::meant("public_url", risk));
        }
        found.extend(self.high());
        found
    }

    /// Numbers that bound nothing any more.
    fn high(&self) -> impl Iterator<Item = Danger> {
        let accepted = self.allow_high;
        let everything = "so that one network can take what all others need";
        let found = [
            ("max_connections_per_network", self.max_connections_per_network, MOST_CONNECTIONS_PER_NETWORK, everything),
            ("max_unfinished_per_network", self.max_unfinished_per_network, MOST_UNFINISHED_PER_NETWORK, everything),
            ("max_requests_per_network", self.max_requests_per_network, MOST_REQUESTS_PER_NETWORK, everything),
            (
                "connection_memory_bytes",
                self.connection_memory_bytes,
                MOST_CONNECTION_MEMORY,
                "so that strangers who only connect can take the memory of the machine",
            ),
        ];
        let found = found.into_iter().filter(|(_, value, most, _)| value > most);
        found.map(move |(key, _, most, what)| {
            Danger::at(key, format!("is more than {most}, {what}"), "allow_high", accepted)
        })
    }

    /// Threads that serve requests: as set, else one a core.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.workers.map_or_else(cores, usize::from)
    }
}
