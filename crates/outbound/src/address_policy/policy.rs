//! What is asked before an address is called.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use thiserror::Error;
use url::{Host, Url};

use super::Reach;
use super::never::{is_metadata, is_metadata_name};

/// Networks in which a listed host may be: private use (RFC 1918), carriers' own (RFC 6598), unique local (RFC 4193).
const PRIVATE_V4: [Ipv4Net; 4] = [
    Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8),
    Ipv4Net::new_assert(Ipv4Addr::new(172, 16, 0, 0), 12),
    Ipv4Net::new_assert(Ipv4Addr::new(192, 168, 0, 0), 16),
    Ipv4Net::new_assert(Ipv4Addr::new(100, 64, 0, 0), 10),
];
const PRIVATE_V6: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7);

/// Ends of names that are not on the public internet: RFC 6761, RFC 6762, RFC 8375, and what ICANN reserved for private
/// use in 2024.
const INNER_ENDS: [&str; 6] = ["localhost", "local", "internal", "home.arpa", "localdomain", "intranet"];

/// Why an address may not be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ForbiddenAddress {
    /// The address cannot be parsed.
    #[error("it is not an absolute address")]
    Malformed,
    /// The scheme is not https (or http, where that is allowed).
    #[error("its scheme is not allowed")]
    Scheme,
    /// The address contains a user name or password.
    #[error("it contains credentials")]
    Credentials,
    /// The address is not on the public internet.
    #[error("it is not on the public internet")]
    NotPublic,
}

/// Parts of inner networks that may be called although [`Reach::PublicOnly`] excludes them, because the operator lists
/// them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exceptions {
    networks: Vec<IpNet>,
    hosts: Vec<String>,
}

impl Exceptions {
    /// Allows the addresses of these networks, and private addresses (RFC 1918, RFC 6598, RFC 4193) of these host names.
    #[must_use]
    pub fn new(networks: Vec<IpNet>, hosts: impl IntoIterator<Item = String>) -> Self {
        Self { networks, hosts: hosts.into_iter().map(|host| canonical(&host)).collect() }
    }
}

/// Which addresses may be called: those within a [`Reach`], and [`Exceptions`] from it. Addresses at which clouds hand out
/// credentials (169.254.169.254 and its like) are never among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressPolicy {
    reach: Reach,
    exceptions: Arc<Exceptions>,
}

impl From<Reach> for AddressPolicy {
    fn from(reach: Reach) -> Self {
        Self::new(reach, Exceptions::default())
    }
}

impl AddressPolicy {
    /// Allows what is within reach, and these exceptions.
    #[must_use]
    pub fn new(reach: Reach, exceptions: Exceptions) -> Self {
        Self { reach, exceptions: Arc::new(exceptions) }
    }

    /// Whether every request is encrypted.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.reach.is_encrypted()
    }

    /// Checks an address before it is called. A host name in it is checked when it is resolved.
    ///
    /// # Errors
    /// Returns [`ForbiddenAddress`] if it may not be called.
    pub fn check(&self, address: &Url) -> Result<(), ForbiddenAddress> {
        match address.scheme() {
            "https" => {}
            "http" if !self.is_encrypted() => {}
            _ => return Err(ForbiddenAddress::Scheme),
        }
        if !address.username().is_empty() || address.password().is_some() {
            return Err(ForbiddenAddress::Credentials);
        }
        let admitted = match address.host() {
            None => return Err(ForbiddenAddress::Malformed),
            Some(Host::Domain(name)) => !is_metadata_name(&canonical(name)),
            Some(Host::Ipv4(ip)) => self.admits(IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => self.admits(IpAddr::V6(ip)),
        };
        if admitted { Ok(()) } else { Err(ForbiddenAddress::NotPublic) }
    }

    /// Reads an address and checks it.
    ///
    /// # Errors
    /// Returns [`ForbiddenAddress`] if it may not be called.
    pub fn parse(&self, address: &str) -> Result<Url, ForbiddenAddress> {
        let url = Url::parse(address).map_err(|_| ForbiddenAddress::Malformed)?;
        self.check(&url)?;
        Ok(url)
    }

    /// Whether a connection to `ip` may be opened.
    #[must_use]
    pub fn admits(&self, ip: IpAddr) -> bool {
        let listed = || self.exceptions.networks.iter().any(|network| network.contains(&ip.to_canonical()));
        !is_metadata(ip) && (self.reach.admits(ip) || listed())
    }

    /// Whether a connection to `ip` may be opened, if it is an address of the host `name`.
    #[must_use]
    pub fn admits_as(&self, name: &str, ip: IpAddr) -> bool {
        self.admits(ip) || (self.lists(name) && is_private(ip) && !is_metadata(ip))
    }

    /// Whether the operator lists this host name.
    pub(crate) fn lists(&self, name: &str) -> bool {
        self.exceptions.hosts.contains(&canonical(name))
    }

    /// Whether addresses depend on more than the scheme.
    pub(crate) fn is_public_only(&self) -> bool {
        self.reach == Reach::PublicOnly
    }

    /// Whether a name may be on the public internet as far as its spelling tells, or is listed. This is for names that
    /// somebody else resolves.
    pub(crate) fn may_be_public(&self, name: &str) -> bool {
        let canonical = canonical(name);
        let has = |end: &&str| canonical.strip_suffix(*end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        self.lists(name) || (canonical.contains('.') && !INNER_ENDS.iter().any(has))
    }
}

/// A host name in lower case, without the dot that may stand at its end.
fn canonical(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

fn is_private(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => PRIVATE_V4.iter().any(|network| network.contains(&ip)),
        IpAddr::V6(ip) => PRIVATE_V6.contains(&ip),
    }
}
