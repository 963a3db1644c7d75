//! The address that a request comes from, which only configured proxies may report.

use std::net::{IpAddr, SocketAddr};

use actix_web::HttpRequest;
use auth_domain::origin::Network;
use ipnet::IpNet;

/// The network of the nearest address that is not a trusted proxy. That is the peer itself or, going from right to left
/// through `X-Forwarded-For`, the first hop that is not trusted. Whatever stands to the left of that hop was written by
/// it and proves nothing.
pub(crate) fn network_of(request: &HttpRequest, trusted: &[IpNet]) -> Network {
    Network::of(client_address(request, trusted))
}

/// The same; `None` if that is a trusted proxy, which does not say for whom it asks.
pub(crate) fn client_network(request: &HttpRequest, trusted: &[IpNet]) -> Option<Network> {
    let address = client_address(request, trusted);
    (!is_trusted(address, trusted)).then(|| Network::of(address))
}

fn client_address(request: &HttpRequest, trusted: &[IpNet]) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip());
    let lines = request.headers().get_all("x-forwarded-for");
    // Each hop is read by itself, so that what a client wrote cannot hide what a trusted proxy put beside it.
    let hops = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    let hops: Vec<&str> = hops.map(|hop| std::str::from_utf8(hop).unwrap_or("?")).collect();
    nearest_untrusted(peer, &hops, trusted)
}

fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|network| network.contains(&address.to_canonical()))
}

pub(crate) fn nearest_untrusted(peer: IpAddr, hops: &[&str], trusted: &[IpNet]) -> IpAddr {
    let mut nearest = peer;
    for hop in hops.iter().rev() {
        if !is_trusted(nearest, trusted) {
            break;
        }
        match read_hop(hop.trim()) {
            Some(address) => nearest = address,
            None => break,
        }
    }
    nearest
}

/// Reads an address, with a port where the proxy adds one.
fn read_hop(hop: &str) -> Option<IpAddr> {
    hop.parse().or_else(|_| hop.parse::<SocketAddr>().map(|address| address.ip())).ok()
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;
    use actix_web::test::TestRequest;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn proxies() -> IpNet {
        "10.0.0.0/8".parse().expect("a network")
    }

    fn is_proxy(address: IpAddr) -> bool {
        proxies().contains(&address.to_canonical())
    }

    /// The address of somebody who is no proxy.
    fn stranger() -> impl Strategy<Value = IpAddr> {
        any::<IpAddr>().prop_filter("no proxy", |address| !is_proxy(*address))
    }

    /// What one trusted proxy wrote about another, or the peer that it is.
    const PROXY: &str = " {0,2}(::ffff:)?10\\.[1-9]\\.0\\.[1-9] {0,2}";
    /// Anything, and often nearly an address.
    const HOP: &str =
        "(?s).{0,20}|10\\.0\\.0\\.[0-9]{1,3}|[0-9]{1,3}\\.0\\.0\\.1(:80)?|\\[?[0-9a-f]{0,4}::[0-9a-f]{1,4}\\]?";

    fn texts(hops: &[String]) -> Vec<&str> {
        hops.iter().map(String::as_str).collect()
    }

    #[test]
    fn only_configured_proxies_are_believed() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().expect("valid")];
        for (peer, hops, client) in [
            ("192.0.2.1", &["198.51.100.7"][..], "192.0.2.1"),
            ("10.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["203.0.113.9", " 198.51.100.7 "], "198.51.100.7"),
            ("10.0.0.1", &["198.51.100.7", "10.0.0.2"], "198.51.100.7"),
            ("::ffff:10.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["198.51.100.7:4711"], "198.51.100.7"),
            ("10.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("10.0.0.1", &["nonsense"], "10.0.0.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
        ] {
            let found = nearest_untrusted(peer.parse().expect("valid"), hops, &trusted);
            assert_eq!(found, client.parse::<IpAddr>().expect("valid"), "{peer} {hops:?}");
        }
    }

    #[test]
    fn odd_bytes_hide_nothing_that_a_proxy_wrote() {
        let request = |lines: &[&[u8]]| {
            let request = TestRequest::default().peer_addr("10.0.0.1:9".parse().expect("an address"));
            let value = |line: &&[u8]| HeaderValue::from_bytes(line).expect("a header");
            lines.iter().fold(request, |request, line| request.append_header(("x-forwarded-for", value(line))))
        };
        for lines in [
            &[&b"\xe9, 203.0.113.9"[..]][..],
            &[b"198.51.100.1", b"\xe9, 203.0.113.9"],
            &[b"198.51.100.1, \xff, 203.0.113.9, 10.0.0.2"],
        ] {
            let found = network_of(&request(lines).to_http_request(), &[proxies()]);
            assert_eq!(found.to_string(), "203.0.113.9", "{lines:?}");
        }
    }

    proptest! {
        #[test]
        fn what_stands_left_of_the_first_stranger_proves_nothing(
            forged in vec(HOP, 0..4),
            client in stranger(),
            passed in vec(PROXY, 0..4),
            peer in PROXY,
        ) {
            let hops = [forged, vec![client.to_string()], passed].concat();
            let peer = peer.trim().parse().expect("an address");
            prop_assert_eq!(nearest_untrusted(peer, &texts(&hops), &[proxies()]), client);
        }

        #[test]
        fn a_stranger_is_not_believed_whatever_it_writes(peer in stranger(), hops in vec(HOP, 0..4)) {
            prop_assert_eq!(nearest_untrusted(peer, &texts(&hops), &[proxies()]), peer);
        }

        #[test]
        fn only_proxies_stand_between_the_peer_and_the_hop_that_counts(
            peer in prop_oneof![Just(IpAddr::from([10, 0, 0, 1])), any::<IpAddr>()],
            hops in vec(prop_oneof![HOP, PROXY], 0..6),
        ) {
            let counted = nearest_untrusted(peer, &texts(&hops), &[proxies()]);
            let read = |hop: &String| read_hop(hop.trim());
            let from_peer: Vec<_> = [Some(peer)].into_iter().chain(hops.iter().rev().map(read)).collect();
            let chain: Vec<_> = from_peer.iter().map_while(|hop| *hop).collect();
            let at = chain.iter().position(|hop| !is_proxy(*hop)).unwrap_or(chain.len() - 1);
            prop_assert_eq!(counted, chain[at]);
        }

        #[test]
        fn a_list_may_come_in_several_headers(
            hops in vec("10\\.0\\.0\\.[1-3]|192\\.0\\.2\\.[1-3]|\\?", 1..6),
            cut in 0_usize..6,
        ) {
            let (first, second) = hops.split_at(cut.min(hops.len()));
            let request = |lists: &[&[String]]| {
                let request = TestRequest::default().peer_addr(([10, 0, 0, 1], 80).into());
                let lists = lists.iter().map(|list| ("x-forwarded-for", list.join(",")));
                lists.fold(request, |request, list| request.append_header(list)).to_http_request()
            };
            let lists: Vec<&[String]> = [first, second].into_iter().filter(|list| !list.is_empty()).collect();
            let (one, several) = (request(&[&hops]), request(&lists));
            prop_assert_eq!(network_of(&one, &[proxies()]), network_of(&several, &[proxies()]));
        }
    }
}
