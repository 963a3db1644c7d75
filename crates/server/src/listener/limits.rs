//! How many connections a listener may have, and how much memory for them.

use std::net::IpAddr;

use auth_settings::HttpSettings;
use ipnet::IpNet;

use super::open_files::OpenFiles;

/// The longest head of a request that `actix-http` takes, in bytes.
const LONGEST_HEAD: usize = 131_072;
/// The part of the public listener's numbers that the admin listener has, besides them.
const ADMIN_PART: usize = 8;
/// The fewest connections of the admin listener.
const FEWEST_OF_ADMIN: usize = 16;

/// The limits of one listener.
#[derive(Debug, Clone)]
pub(crate) struct ConnectionLimits {
    /// Connections at once.
    pub(crate) connections: usize,
    /// Connections of one network at once, unless it is a trusted proxy's.
    pub(super) per_network: usize,
    /// Unfinished requests of one network at once, if they wait or are large.
    pub(super) unfinished_per_network: usize,
    /// Bytes of memory that connections with their requests may need together, as far as they are counted.
    pub(super) memory: usize,
    /// The most bytes of a request that are in memory at once.
    pub(super) longest_request: usize,
    pub(super) trusted_proxies: Vec<IpNet>,
}

impl ConnectionLimits {
    /// The limits of the public listener.
    pub(crate) fn public(settings: &HttpSettings, files: &OpenFiles) -> Self {
        let longest_request = settings.body_limit_bytes as usize + LONGEST_HEAD;
        let least_memory = longest_request.saturating_mul(8);
        let left = files.for_connections * ADMIN_PART / (ADMIN_PART + 1);
        Self {
            connections: (settings.max_connections as usize).min(left).max(1),
            per_network: settings.max_connections_per_network as usize,
            unfinished_per_network: settings.max_unfinished_per_network as usize,
            memory: (settings.connection_memory_bytes as usize).max(least_memory),
            longest_request,
            trusted_proxies: settings.trusted_proxies.clone(),
        }
    }

    /// The limits of the admin listener, so that neither listener takes what the other needs.
    pub(crate) fn admin(settings: &HttpSettings, files: &OpenFiles) -> Self {
        let public = Self::public(settings, files);
        Self {
            connections: (public.connections / ADMIN_PART).max(FEWEST_OF_ADMIN),
            memory: (public.memory / ADMIN_PART).max(public.longest_request * 8),
            ..public
        }
    }

    pub(super) fn is_trusted(&self, peer: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(&peer.to_canonical()))
    }
}
