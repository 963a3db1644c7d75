//! Addresses that nobody may call, whatever the operator allows: those at which clouds hand out a machine's own
//! credentials to whoever asks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

const NEVER_V4: [Ipv4Net; 4] = [
    // Link-local (RFC 3927): AWS, Azure, Google and most others at 169.254.169.254, containers at 169.254.170.2.
    Ipv4Net::new_assert(Ipv4Addr::new(169, 254, 0, 0), 16),
    Ipv4Net::new_assert(Ipv4Addr::new(100, 100, 100, 200), 32), // Alibaba
    Ipv4Net::new_assert(Ipv4Addr::new(168, 63, 129, 16), 32),   // Azure's agent
    Ipv4Net::new_assert(Ipv4Addr::new(192, 0, 0, 192), 32),     // Oracle
];
const NEVER_V6: [Ipv6Net; 4] = [
    Ipv6Net::new_assert(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10), // link-local (RFC 4291, 2.5.6)
    Ipv6Net::new_assert(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0), 32), // AWS
    Ipv6Net::new_assert(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254), 128), // Google
    Ipv6Net::new_assert(Ipv6Addr::new(0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42), 128), // Scaleway
];
/// The names of these addresses inside the clouds.
const NEVER_NAMED: [&str; 4] =
    ["metadata.google.internal", "metadata.goog", "instance-data.ec2.internal", "metadata.tencentyun.com"];

/// Whether this is such an address, in whatever form.
pub(super) fn is_metadata(ip: IpAddr) -> bool {
    let in_v4 = |ip: Ipv4Addr| NEVER_V4.iter().any(|network| network.contains(&ip));
    match ip {
        IpAddr::V4(ip) => in_v4(ip),
        IpAddr::V6(ip) => hidden_v4(ip).is_some_and(in_v4) || NEVER_V6.iter().any(|network| network.contains(&ip)),
    }
}

/// Whether this is the name of one. It is written in lower case, without a dot at its end.
pub(super) fn is_metadata_name(name: &str) -> bool {
    NEVER_NAMED.contains(&name)
}

/// The IPv4 address to which an IPv6 address leads: mapped or compatible (RFC 4291, 2.5.5), translated (RFC 6052), or
/// tunnelled (RFC 3056).
fn hidden_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let of = |high: u16, low: u16| Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    match ip.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => of(high, low),
        [0x2002, high, low, ..] => of(high, low),
        _ => None,
    }
}
