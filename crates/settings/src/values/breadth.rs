//! How much of the public internet a list of networks covers.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Networks whose addresses nobody on the public internet has: private use (RFC 1918), carriers' own (RFC 6598), this
/// machine and link-local.
const INNER_V4: [Ipv4Net; 6] = [
    Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8),
    Ipv4Net::new_assert(Ipv4Addr::new(172, 16, 0, 0), 12),
    Ipv4Net::new_assert(Ipv4Addr::new(192, 168, 0, 0), 16),
    Ipv4Net::new_assert(Ipv4Addr::new(100, 64, 0, 0), 10),
    Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8),
    Ipv4Net::new_assert(Ipv4Addr::new(169, 254, 0, 0), 16),
];
/// The same for IPv6: unique local (RFC 4193) and link-local addresses.
const INNER_V6: [Ipv6Net; 2] = [
    Ipv6Net::new_assert(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7),
    Ipv6Net::new_assert(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10),
];
/// A /8: the widest that anybody was ever given.
const MOST_V4: u128 = 1 << 24;
/// A /20, of which the large networks of the world have one or a few; a content network has a /28 or less.
const MOST_V6: u128 = 1 << 108;

/// Whether the networks together cover more public addresses than any operator of proxies has.
pub(crate) fn covers_more_than_anybody_has(networks: &[IpNet]) -> bool {
    let (mut v4, mut v6) = (0u128, 0u128);
    for network in IpNet::aggregate(&networks.to_vec()) {
        match network {
            IpNet::V4(_) => v4 += public(network),
            IpNet::V6(_) => v6 = v6.saturating_add(public(network)),
        }
    }
    v4 > MOST_V4 || v6 > MOST_V6
}

/// Whether an address belongs to this machine or to a network that is not public.
pub(crate) fn is_inner(address: std::net::IpAddr) -> bool {
    let address = address.to_canonical();
    address.is_loopback() || inner().any(|inner| inner.contains(&address))
}

/// Whether all addresses of a network are private: RFC 1918, RFC 6598, RFC 4193.
pub(crate) fn is_private(network: &IpNet) -> bool {
    let private = INNER_V4[..4].iter().copied().map(IpNet::V4);
    private.chain([IpNet::V6(INNER_V6[0])]).any(|private| private.contains(network))
}

/// Public addresses in a network. Networks contain each other or have nothing in common.
fn public(network: IpNet) -> u128 {
    if inner().any(|inner| inner.contains(&network)) {
        return 0;
    }
    let within = inner().filter(|inner| network.contains(inner)).map(size);
    within.fold(size(network), u128::saturating_sub)
}

fn inner() -> impl Iterator<Item = IpNet> {
    INNER_V4.into_iter().map(IpNet::V4).chain(INNER_V6.into_iter().map(IpNet::V6))
}

/// Addresses in a network; of ::/0 one less than there are, which no number holds.
fn size(network: IpNet) -> u128 {
    let host_bits = network.max_prefix_len() - network.prefix_len();
    1u128.checked_shl(host_bits.into()).unwrap_or(u128::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(networks: &str) -> bool {
        let networks: Vec<IpNet> = networks.split(' ').map(|network| network.parse().expect(network)).collect();
        covers_more_than_anybody_has(&networks)
    }

    #[test]
    fn the_union_is_judged() {
        let sixteenths: Vec<_> = (1..=15).map(|n| format!("{}.0.0.0/12", 16 * n + 3)).collect();
        let seventeen = format!("{} 3.16.0.0/12 3.48.0.0/12", sixteenths.join(" "));
        for networks in [
            "0.0.0.0/0",
            "::/0",
            "0.0.0.0/1 128.0.0.0/1",
            "8.0.0.0/7",
            "11.0.0.0/8 12.0.0.0/16",
            "8.0.0.0/6",
            "2000::/3",
            "2a00::/12",
            "2001::/20 2002::/32",
            "::/1 8000::/1",
            &seventeen,
        ] {
            assert!(covers(networks), "{networks}");
        }
    }

    #[test]
    fn private_networks_and_those_of_content_networks_are_no_danger() {
        for networks in [
            "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 fc00::/7 fe80::/10 ::1/128",
            // Cloudflare.
            "173.245.48.0/20 103.21.244.0/22 141.101.64.0/18 108.162.192.0/18 188.114.96.0/20 197.234.240.0/22 \
             162.158.0.0/15 104.16.0.0/13 104.24.0.0/14 172.64.0.0/13 131.0.72.0/22 2400:cb00::/32 2606:4700::/32 \
             2803:f800::/32 2405:b500::/32 2a06:98c0::/29 2c0f:f248::/32",
            "13.32.0.0/12 52.0.0.0/12 2600:9000::/28",
            "192.0.2.1/32 192.0.2.1/32 2001:db8::/32",
        ] {
            let networks = networks.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(!covers(&networks), "{networks}");
        }
        assert!(!covers_more_than_anybody_has(&[]));
    }

    #[test]
    fn inner_addresses() {
        for (address, inner) in [
            ("127.0.0.1", true),
            ("::1", true),
            ("::ffff:10.1.2.3", true),
            ("192.168.1.2", true),
            ("fd00::1", true),
            ("0.0.0.0", false),
            ("::", false),
            ("203.0.113.5", false),
            ("2001:db8::1", false),
        ] {
            assert_eq!(is_inner(address.parse().expect(address)), inner, "{address}");
        }
    }
}
