//! Which hosts are the machine itself.

use std::net::IpAddr;

/// Whether the host of an address is this machine: `localhost`, a name below it (RFC 6761, 6.3), or a loopback or
/// unspecified address, in brackets or not.
#[must_use]
pub fn is_this_machine(host: &str) -> bool {
    let host = host.trim_end_matches('.').trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    match host.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(address) => address.is_loopback() || address.is_unspecified(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}
