//! Doors for fuzz targets into parsers that are nobody else's. Feature `fuzzing`.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::extract::body::parse;
use crate::extract::context::basic_credentials;
use crate::extract::network::nearest_untrusted;
use crate::extract::oauth_body::form as parse_form;
use crate::v1::signup::SignUpBody;

/// A JSON body: read or refused.
pub fn body(bytes: &[u8]) {
    let _ = parse::<SignUpBody>(bytes);
}

/// A form body, as OAuth clients send it: read or refused.
pub fn form(bytes: &[u8]) -> bool {
    parse_form(bytes).is_ok()
}

/// `Authorization: Basic …`: read or refused.
pub fn authorization(header: &str) -> bool {
    basic_credentials(header).is_some()
}

/// `X-Forwarded-For` from a proxy that is trusted.
///
/// # Panics
/// When the address that counts is none that the header or the connection named.
pub fn forwarded_for(header: &str) {
    let peer = IpAddr::from([10, 0, 0, 1]);
    let trusted: IpNet = "10.0.0.0/8".parse().expect("a network");
    let hops: Vec<&str> = header.split(',').collect();
    let counted = nearest_untrusted(peer, &hops, &[trusted]);
    let named = hops.iter().any(|hop| hop.trim().parse() == Ok(counted));
    assert!(counted == peer || named, "{counted} is in nobody's words");
    let is_trusted = |hop: IpAddr| trusted.contains(&hop.to_canonical());
    let behind = hops.iter().rev().take_while(|hop| hop.trim().parse().is_ok_and(is_trusted));
    let untrusted = hops.iter().rev().nth(behind.count()).and_then(|hop| hop.trim().parse::<IpAddr>().ok());
    assert!(untrusted.is_none_or(|first| counted == first), "the nearest hop that is not trusted counts");
}
