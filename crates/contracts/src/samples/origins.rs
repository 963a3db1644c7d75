//! Clients, devices and networks.

use auth_domain::clients::ClientId;
use auth_domain::keyed_hash::ServerKey;
use auth_domain::known_devices::DeviceMarks;
use auth_domain::origin::{DeviceId, Network, Origin};
use auth_domain::secret_bytes::SecretBytes;

use super::unique;

/// The client that samples come from.
///
/// # Panics
/// Never: the id is fixed.
#[must_use]
pub fn sample_client() -> ClientId {
    ClientId::parse("sample-app").expect("a client id")
}

/// A device that nobody has.
///
/// # Panics
/// Never: the id is well-formed.
#[must_use]
pub fn sample_device() -> DeviceId {
    DeviceId::parse(&format!("{:032x}", unique())).expect("a device id")
}

/// What makes the marks of devices, always with the same key.
#[must_use]
pub fn sample_marks() -> DeviceMarks {
    DeviceMarks::new(ServerKey::new(SecretBytes::new([7; 32])))
}

/// The network that samples come from.
///
/// # Panics
/// Never: the address is fixed.
#[must_use]
pub fn sample_network() -> Network {
    Network::of("2001:db8:1:2::7".parse().expect("an address"))
}

/// A request by the sample client from a device that nobody else has.
#[must_use]
pub fn sample_origin() -> Origin {
    Origin {
        client: sample_client(),
        client_is_proven: true,
        device: Some(sample_device()),
        network: sample_network(),
        user_agent: Some("Mozilla/5.0 (sample)".into()),
        language: None,
        captcha: None,
    }
}
