//! The address that a request comes from, which only configured proxies may report.

use std::net::IpAddr;

use actix_web::HttpRequest;
use auth_domain::origin::Network;
use ipnet::IpNet;

/// The header by which proxies report addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`, or `Forwarded` in requests that have no such line.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239) alone. A client could write the other one, which a proxy that writes this leaves alone.
    Forwarded,
}

/// The network of the nearest address that is not a trusted proxy. That is the peer itself or, going from right to left
/// through what the proxies wrote, the first hop that is not trusted. Whatever stands to the left of that hop was written by
/// it and proves nothing.
pub(crate) fn network_of(request: &HttpRequest, trusted: &[IpNet], header: ForwardedHeader) -> Network {
    Network::of(client_address(request, trusted, header))
}

/// The same; `None` if that is a trusted proxy, which does not say for whom it asks.
pub(crate) fn client_network(request: &HttpRequest, trusted: &[IpNet], header: ForwardedHeader) -> Option<Network> {
    let address = client_address(request, trusted, header);
    (!is_trusted(address, trusted)).then(|| Network::of(address))
}

fn client_address(request: &HttpRequest, trusted: &[IpNet], header: ForwardedHeader) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip());
    // Each hop is read by itself, so that what a client wrote cannot hide what a trusted proxy put beside it.
    let hops_of = |name: &'static str| {
        let lines = request.headers().get_all(name);
        let hops = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
        // Empty elements of a list mean nothing (RFC 9110, 5.6.1.2).
        let hops = hops.filter(|hop| !hop.trim_ascii().is_empty());
        hops.map(|hop| std::str::from_utf8(hop).unwrap_or("?")).collect::<Vec<&str>>()
    };
    let is_named = request.headers().contains_key("x-forwarded-for");
    let hops: Vec<&str> = match header {
        ForwardedHeader::XForwardedFor if is_named => hops_of("x-forwarded-for"),
        _ => hops_of("forwarded").into_iter().map(forwarded_for).collect(),
    };
    nearest_untrusted(peer, &hops, trusted)
}

fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|network| network.contains(&address.to_canonical()))
}

/// The address in an element of `Forwarded` (RFC 7239, 4): `for="[2001:db8::1]:4711"` among other parameters.
pub(crate) fn forwarded_for(element: &str) -> &str {
    let parameters = element.split(';').filter_map(|parameter| parameter.split_once('='));
    let mut named = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
    named.next().map_or("?", |(_, value)| value.trim())
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

/// Reads an address in all forms that proxies write: with a port, in brackets (RFC 3986), in quotes (RFC 7239), with the
/// zone of a link-local one (RFC 4007).
pub(crate) fn read_hop(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('"').and_then(|hop| hop.strip_suffix('"')).unwrap_or(hop).trim();
    let (address, port) = match bare.strip_prefix('[') {
        Some(bracketed) => {
            let (address, port) = bracketed.split_once(']')?;
            (address, port)
        }
        // One colon stands before a port; more are those of an address.
        None => match bare.split_once(':') {
            Some((address, port)) if !port.contains(':') => (address, &bare[bare.len() - port.len() - 1..]),
            _ => (bare, ""),
        },
    };
    let (address, zone) = address.split_once('%').map_or((address, None), |(address, zone)| (address, Some(zone)));
    let address: IpAddr = address.parse().ok()?;
    let has_zone = zone.is_none_or(|zone| address.is_ipv6() && !zone.is_empty());
    let is_bracketed = bare.starts_with('[');
    (is_port(port) && has_zone && (!is_bracketed || address.is_ipv6())).then_some(address)
}

/// Whether this is nothing, or a colon and a port. RFC 7239 allows names that begin with an underscore.
fn is_port(port: &str) -> bool {
    let Some(number) = port.strip_prefix(':') else { return port.is_empty() };
    let is_hidden = number
        .strip_prefix('_')
        .is_some_and(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)));
    is_hidden || (number.bytes().all(|b| b.is_ascii_digit()) && number.parse::<u16>().is_ok())
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
    fn every_form_that_proxies_write() {
        for (hop, address) in [
            ("198.51.100.7", Some("198.51.100.7")),
            ("198.51.100.7:4711", Some("198.51.100.7")),
            ("\"198.51.100.7:4711\"", Some("198.51.100.7")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("[2001:db8::1]:4711", Some("2001:db8::1")),
            ("\"[2001:db8::1]:4711\"", Some("2001:db8::1")),
            ("\"[2001:db8::1]\"", Some("2001:db8::1")),
            ("[2001:db8::1]:_port", Some("2001:db8::1")),
            ("fe80::1%eth0", Some("fe80::1")),
            ("[fe80::1%25eth0]:80", Some("fe80::1")),
            ("::ffff:198.51.100.7", Some("::ffff:198.51.100.7")),
            ("[::ffff:198.51.100.7]:80", Some("::ffff:198.51.100.7")),
            ("unknown", None),
            ("_hidden", None),
            ("", None),
            ("[2001:db8::1", None),
            ("[198.51.100.7]", None),
            ("198.51.100.7:", None),
            ("198.51.100.7:99999", None),
            ("198.51.100.7:+80", None),
            ("198.51.100.7%eth0", None),
            ("[2001:db8::1]4711", None),
            ("198.51.100.7 198.51.100.8", None),
        ] {
            assert_eq!(read_hop(hop), address.map(|text| text.parse().expect(text)), "{hop}");
        }
    }

    #[test]
    fn the_header_of_the_rfc_counts_where_proxies_write_it() {
        let network = |lines: &[(&'static str, &'static str)], header| {
            let request = TestRequest::default().peer_addr("10.0.0.1:9".parse().expect("an address"));
            let request = lines.iter().fold(request, |request, line| request.append_header(*line));
            network_of(&request.to_http_request(), &[proxies()], header).to_string()
        };
        let forged = ("x-forwarded-for", "203.0.113.9");
        for (line, expected) in [
            ("for=198.51.100.7", "198.51.100.7"),
            ("For=\"[2001:db8::1]:4711\"; proto=https; by=10.0.0.1", "2001:db8::/64"),
            ("proto=http;for=198.51.100.7, for=10.0.0.2", "198.51.100.7"),
            ("for=203.0.113.9, for=198.51.100.7", "198.51.100.7"),
            ("for=203.0.113.9, for=unknown", "10.0.0.1"),
            ("for=198.51.100.7,", "198.51.100.7"),
            ("by=198.51.100.7", "10.0.0.1"),
        ] {
            let forwarded = ("forwarded", line);
            assert_eq!(network(&[forwarded], ForwardedHeader::XForwardedFor), expected, "{line}");
            assert_eq!(network(&[forwarded, forged], ForwardedHeader::Forwarded), expected, "{line}");
            assert_eq!(network(&[forwarded, forged], ForwardedHeader::XForwardedFor), "203.0.113.9", "{line}");
        }
        assert_eq!(network(&[forged], ForwardedHeader::Forwarded), "10.0.0.1");
        let (empty, other) = (("x-forwarded-for", ","), ("forwarded", "for=203.0.113.9"));
        assert_eq!(network(&[empty, other], ForwardedHeader::XForwardedFor), "10.0.0.1", "it has such a line");
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
            &[b"203.0.113.9,"],
            &[b"198.51.100.1, ,203.0.113.9, , 10.0.0.2", b" , "],
        ] {
            let found = network_of(&request(lines).to_http_request(), &[proxies()], ForwardedHeader::default());
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
            let of = |request| network_of(request, &[proxies()], ForwardedHeader::default());
            prop_assert_eq!(of(&one), of(&several));
        }
    }
}
