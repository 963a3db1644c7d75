//! The address that a request comes from, which only configured proxies may report.

use std::net::IpAddr;

use actix_web::HttpRequest;
use auth_domain::origin::Network;
use ipnet::IpNet;

/// The network of the nearest address that is not a trusted proxy: of the peer itself, or, going
/// from right to left through `X-Forwarded-For`, of the first hop that is not trusted. What stands
/// to the left of that hop was written by it and proves nothing.
pub(crate) fn network_of(request: &HttpRequest, trusted: &[IpNet]) -> Network {
    let peer = request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip());
    let forwarded = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).collect();
    Network::of(nearest_untrusted(peer, &hops, trusted))
}

pub(crate) fn nearest_untrusted(peer: IpAddr, hops: &[&str], trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address.to_canonical()));
    let mut nearest = peer;
    for hop in hops.iter().rev() {
        if !is_trusted(nearest) {
            break;
        }
        match hop.trim().parse() {
            Ok(address) => nearest = address,
            Err(_) => break,
        }
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_configured_proxies_are_believed() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().expect("valid")];
        for (peer, hops, client) in [
            ("192.0.2.1", &["198.51.100.7"][..], "192.0.2.1"),
            ("10.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["203.0.113.9", " 198.51.100.7 "], "198.51.100.7"),
            ("10.0.0.1", &["198.51.100.7", "10.0.0.2"], "198.51.100.7"),
            ("::ffff:10.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["nonsense"], "10.0.0.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
        ] {
            let found = nearest_untrusted(peer.parse().expect("valid"), hops, &trusted);
            assert_eq!(found, client.parse::<IpAddr>().expect("valid"), "{peer} {hops:?}");
        }
    }
}
