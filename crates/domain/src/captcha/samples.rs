//! What tests of this module share.

use chrono::DateTime;

use crate::Timestamp;
use crate::clients::ClientId;
use crate::keyed_hash::ServerKey;
use crate::origin::{Network, Origin};
use crate::secret_bytes::SecretBytes;

pub(super) fn key(byte: u8) -> ServerKey {
    ServerKey::new(SecretBytes::new([byte; 32]))
}

pub(super) fn origin(client: &str, address: &str) -> Origin {
    Origin {
        client: ClientId::parse(client).expect(client),
        client_is_proven: true,
        device: None,
        network: Network::of(address.parse().expect(address)),
        user_agent: None,
        language: None,
        captcha: None,
    }
}

pub(super) fn at(seconds: i64) -> Timestamp {
    DateTime::from_timestamp(1_700_000_000 + seconds, 0).expect("in range")
}
