//! Entrances for fuzz targets to private parsers (feature `fuzzing`).

use std::net::IpAddr;

use actix_web::web::Query;
use ipnet::IpNet;

use crate::extract::body::parse;
use crate::extract::context::basic_credentials;
use crate::extract::network::{forwarded_for as element, nearest_untrusted, read_hop};
use crate::extract::oauth_body::form as parse_form;
use crate::provider::read_locate_query;
use crate::sign_up::SignUpBody;

/// Reads or refuses a JSON body.
pub fn body(bytes: &[u8]) {
    let _ = parse::<SignUpBody>(bytes);
}

/// Reads or refuses a form, as OAuth clients send it.
pub fn form(bytes: &[u8]) -> bool {
    parse_form(bytes).is_ok()
}

/// Reads or refuses `Authorization: Basic …`.
pub fn authorization(header: &str) -> bool {
    basic_credentials(header).is_some()
}

/// Reads `X-Forwarded-For` or `Forwarded` from a trusted proxy.
///
/// # Panics
/// If the address that counts is one that neither the header nor the connection named.
pub fn forwarded_for(header: &str) {
    let hops: Vec<&str> = header.split(',').collect();
    check_hops(&hops);
    check_hops(&hops.iter().map(|hop| element(hop)).collect::<Vec<_>>());
}

fn check_hops(hops: &[&str]) {
    let peer = IpAddr::from([10, 0, 0, 1]);
    let trusted: IpNet = "10.0.0.0/8".parse().expect("a network");
    let counted = nearest_untrusted(peer, hops, &[trusted]);
    let read = |hop: &&str| read_hop(hop.trim());
    let named = hops.iter().any(|hop| read(hop) == Some(counted));
    assert!(counted == peer || named, "{counted} is in nobody's words");
    let is_trusted = |hop: IpAddr| trusted.contains(&hop.to_canonical());
    let behind = hops.iter().rev().take_while(|hop| read(hop).is_some_and(is_trusted));
    let untrusted = hops.iter().rev().nth(behind.count()).and_then(read);
    assert!(untrusted.is_none_or(|first| counted == first), "the nearest hop that is not trusted counts");
}

/// Reads the query of `GET /auth/v1/provider/uri`.
///
/// # Panics
/// If something is read that the query does not say, or if a further parameter is lost.
pub fn provider_uri(query: &str) {
    let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::from_query(query) else { return };
    let Ok(read) = read_locate_query(pairs.clone()) else { return };
    let says = |name: &str, value: &str| pairs.iter().any(|(n, v)| n == name && v == value);
    assert!(!read.provider_id.is_empty() && says("provider_id", &read.provider_id), "the provider is named");
    for (name, value) in [("redirect_uri", &read.redirect_uri), ("state", &read.state), ("scope", &read.scope)] {
        assert!(
            value.as_ref().is_none_or(|value| !value.is_empty() && says(name, value)),
            "{name} is in nobody's words"
        );
    }
    for (name, value) in &read.other_params {
        assert!(says(&format!("other_params[{name}]"), value), "{name:?} is in nobody's words");
    }
    let further = pairs.iter().filter(|(name, _)| name.starts_with("other_params[") && name.ends_with(']'));
    assert_eq!(read.other_params.len(), further.count());
}
