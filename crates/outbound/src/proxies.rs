//! The proxies through which requests go.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use url::{Host, Url};

/// The proxies through which requests go, and the exceptions. A proxy resolves the names of those whom it calls, so what
/// the address policy can check is less then: see the crate's documentation.
#[derive(Clone, Default)]
pub struct Proxies(Arc<Chosen>);

#[derive(Default)]
struct Chosen {
    https: Option<Url>,
    http: Option<Url>,
    direct: Vec<Direct>,
}

/// Whom to call without a proxy.
struct Direct {
    host: Hosts,
    /// `None` means every port.
    port: Option<u16>,
}

enum Hosts {
    All,
    Network(IpNet),
    /// The name itself and every name below it.
    Below(String),
}

impl Proxies {
    /// Sends what goes to `https` addresses through one proxy and what goes to `http` addresses through another, with the
    /// exceptions in `no_proxy`: host names, which mean the names below them too (a dot or `*.` may stand before them),
    /// addresses, and networks, each perhaps with a port, separated by commas or spaces; `*` is everybody. This machine
    /// is always called directly.
    #[must_use]
    pub fn new(https: Option<Url>, http: Option<Url>, no_proxy: &str) -> Self {
        let entries = no_proxy.split([',', ' ']).map(str::trim).filter(|entry| !entry.is_empty());
        Self(Arc::new(Chosen { https, http, direct: entries.map(Direct::read).collect() }))
    }

    /// Returns the proxy for an address; `None` if it is called directly.
    #[must_use]
    pub fn of(&self, address: &Url) -> Option<&Url> {
        let proxy = if address.scheme() == "https" { &self.0.https } else { &self.0.http };
        let (host, port) = (address.host()?, address.port_or_known_default());
        let is_direct = is_this_machine(&host) || self.0.direct.iter().any(|direct| direct.covers(&host, port));
        proxy.as_ref().filter(|_| !is_direct)
    }

    /// Whether this is the host name of a proxy.
    pub(crate) fn are_at(&self, name: &str) -> bool {
        let named = |proxy: &Url| proxy.host_str().is_some_and(|host| host.eq_ignore_ascii_case(name));
        [&self.0.https, &self.0.http].into_iter().flatten().any(named)
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.https.is_none() && self.0.http.is_none()
    }
}

/// Without the addresses, which may contain a password.
impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Chosen { https, http, direct } = &*self.0;
        let (https, http, direct) = (https.is_some(), http.is_some(), direct.len());
        f.debug_struct("Proxies").field("https", &https).field("http", &http).field("direct", &direct).finish()
    }
}

impl Direct {
    fn read(entry: &str) -> Self {
        let (host, port) = match entry.rsplit_once(':').map(|(host, port)| (host, port.parse::<u16>())) {
            // The end of an IPv6 address without brackets is no port.
            Some((host, Ok(port))) if !host.contains(':') || host.ends_with(']') => (host, Some(port)),
            _ => (entry, None),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let address = || host.parse::<IpAddr>().ok().map(IpNet::from);
        let host = match host.parse().ok().or_else(address) {
            Some(network) => Hosts::Network(network),
            None if host == "*" => Hosts::All,
            None => Hosts::Below(host.trim_start_matches('*').trim_matches('.').to_ascii_lowercase()),
        };
        Self { host, port }
    }

    fn covers(&self, host: &Host<&str>, port: Option<u16>) -> bool {
        let is_in = |ip: IpAddr, network: &IpNet| network.contains(&ip.to_canonical());
        let host = match (&self.host, host) {
            (Hosts::All, _) => true,
            (Hosts::Network(network), Host::Ipv4(ip)) => is_in((*ip).into(), network),
            (Hosts::Network(network), Host::Ipv6(ip)) => is_in((*ip).into(), network),
            (Hosts::Below(top), Host::Domain(name)) => {
                let name = name.trim_end_matches('.');
                name.strip_suffix(top.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
            (Hosts::Network(_), Host::Domain(_)) | (Hosts::Below(_), Host::Ipv4(_) | Host::Ipv6(_)) => false,
        };
        host && (self.port.is_none() || self.port == port)
    }
}

fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.to_canonical().is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(no_proxy: &str) -> Proxies {
        let at = |address: &str| Some(address.parse().expect("an address"));
        Proxies::new(at("http://user:hunter2@proxy.example:3128"), at("http://plain.example:8080"), no_proxy)
    }

    #[test]
    fn each_scheme_has_a_proxy() {
        let of =
            |address: &str| proxies("").of(&address.parse().expect(address)).and_then(Url::host_str).map(str::to_owned);
        assert_eq!(of("https://login.example").as_deref(), Some("proxy.example"));
        assert_eq!(of("http://login.example").as_deref(), Some("plain.example"));
        assert!(Proxies::default().of(&"https://login.example".parse().expect("an address")).is_none());
    }

    #[test]
    fn exceptions() {
        for (no_proxy, address, direct) in [
            ("", "https://login.example", false),
            ("", "https://localhost:9", true),
            ("", "https://idp.localhost", true),
            ("", "https://127.0.0.1:9", true),
            ("", "https://[::1]", true),
            ("*", "https://login.example", true),
            ("login.example", "https://login.example", true),
            ("login.example", "https://LOGIN.example.", true),
            ("login.example", "https://a.login.example", true),
            ("login.example", "https://otherlogin.example", false),
            (".example", "https://login.example", true),
            ("*.example", "https://login.example", true),
            ("a.test, login.example", "https://login.example", true),
            ("a.test login.example:8443", "https://login.example", false),
            ("a.test login.example:8443", "https://login.example:8443", true),
            ("login.example:443", "https://login.example", true),
            ("10.0.0.0/8", "https://10.1.2.3", true),
            ("10.0.0.0/8", "https://11.1.2.3", false),
            ("10.1.2.3:8443", "https://10.1.2.3:8443", true),
            ("10.1.2.3:8443", "https://10.1.2.3", false),
            ("fd00::/8", "https://[fd12::1]", true),
            ("fd12::1", "https://[fd12::1]", true),
            ("[fd12::1]:443", "https://[fd12::1]", true),
            ("[fd12::1]:444", "https://[fd12::1]", false),
        ] {
            let proxied = proxies(no_proxy).of(&address.parse().expect(address)).is_some();
            assert_eq!(!proxied, direct, "{no_proxy}: {address}");
        }
    }

    #[test]
    fn nothing_is_printed() {
        assert!(!format!("{:?}", proxies("")).contains("hunter2"));
    }
}
