//! Settings whose types are made elsewhere.

use std::net::SocketAddr;
use std::path::PathBuf;

use auth_domain::clients::ClientId;
use auth_domain::text;
use ipnet::IpNet;
use secrecy::SecretString;

use super::{Given, Setting};

/// Longest name or other short text.
const MAX_TEXT_CHARS: usize = 256;

impl Setting for bool {
    fn from_given(given: &Given) -> Result<Self, String> {
        match given {
            Given::Flag(flag) => Ok(*flag),
            _ => given.parse("true or false", |text| text.to_ascii_lowercase().parse().ok()),
        }
    }
}

impl Setting for String {
    fn from_given(given: &Given) -> Result<Self, String> {
        given.parse("a text of 1 to 256 characters", |raw| {
            text::bounded(raw, MAX_TEXT_CHARS).ok().filter(|text| !text.is_empty())
        })
    }
}

impl Setting for SecretString {
    const SECRET: bool = true;

    fn from_given(given: &Given) -> Result<Self, String> {
        given.parse_secret("a text", |text| (!text.is_empty()).then(|| text.into()))
    }
}

impl Setting for PathBuf {
    fn from_given(given: &Given) -> Result<Self, String> {
        given.parse("a path", |text| (!text.is_empty() && !text.contains('\0')).then(|| text.into()))
    }
}

impl Setting for SocketAddr {
    fn from_given(given: &Given) -> Result<Self, String> {
        given.parse("an address and a port, such as 127.0.0.1:8080", |text| match text.strip_prefix("localhost:") {
            Some(port) => port.parse().ok().map(|port| ([127, 0, 0, 1], port).into()),
            None => text.parse().ok(),
        })
    }
}

impl Setting for IpNet {
    fn from_given(given: &Given) -> Result<Self, String> {
        given.parse("an address or a network, such as 10.0.0.0/8", |text| {
            text.parse().ok().or_else(|| text.parse().ok().map(|address: std::net::IpAddr| address.into()))
        })
    }
}

impl Setting for ClientId {
    fn from_given(given: &Given) -> Result<Self, String> {
        given.parse("1 to 64 letters, digits, '-', '_' or '.'", |text| Self::parse(text).ok())
    }
}
