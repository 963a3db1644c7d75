//! Where a request comes from: its client, device and network.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use thiserror::Error;

use crate::clients::ClientId;
use crate::messages::Language;

/// The client's own id of the device (`x-device-id`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DeviceId(String);

/// The text is not a device id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("x-device-id must have 1 to 64 letters, digits, '-', '_' or '.'")]
pub struct DeviceIdError;

impl DeviceId {
    /// Reads the header. The SDKs send 32 hexadecimal characters; stored values of 16–48 are reused.
    ///
    /// # Errors
    /// [`DeviceIdError`] for anything but 1–64 letters, digits, `-`, `_`, `.`.
    pub fn parse(raw: &str) -> Result<Self, DeviceIdError> {
        let spelled = raw.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        if (1..=64).contains(&raw.len()) && spelled { Ok(Self(raw.to_owned())) } else { Err(DeviceIdError) }
    }

    /// Whether the id is long enough to be a secret by which somebody is recognised: 16 characters or more. SDKs send 32,
    /// and reuse stored ones of 16 or more.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.0.len() >= 16
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The part of an address that one customer of a network controls: an IPv4 address, or the first
/// 64 bits of an IPv6 address. A v4-mapped address is the IPv4 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network {
    /// The bits after the prefix are zero.
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// The network that an address belongs to.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Self { address, prefix: if address.is_ipv4() { 32 } else { 64 } }.cut()
    }

    /// The network and the wider ones around it that may still be one customer's, narrowest first: IPv4 /32 and /24,
    /// which is the smallest block that is routed on its own; IPv6 /64, /56 and /48, which are what providers assign to
    /// one customer (RFC 6177, BCP 157). This machine has no neighbours.
    pub fn ladder(self) -> impl Iterator<Item = Self> {
        let prefixes: &[u8] = match self.address {
            IpAddr::V4(own) if own.is_loopback() => &[32],
            IpAddr::V4(_) => &[32, 24],
            IpAddr::V6(_) => &[64, 56, 48],
        };
        prefixes.iter().map(move |prefix| Self { prefix: *prefix, ..self }.cut())
    }

    /// The widest network that may still be one customer's: the last one of the [ladder](Self::ladder).
    #[must_use]
    pub fn widest(self) -> Self {
        self.ladder().last().unwrap_or(self)
    }

    fn cut(self) -> Self {
        let address = match self.address {
            IpAddr::V4(v4) => Ipv4Addr::from_bits(v4.to_bits() & (u32::MAX << (32 - self.prefix))).into(),
            IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << (128 - self.prefix))).into(),
        };
        Self { address, ..self }
    }

    /// The lowest address of the network.
    #[must_use]
    pub fn first_address(&self) -> IpAddr {
        self.address
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self { address: IpAddr::V4(v4), prefix: 32 } => write!(f, "{v4}"),
            Self { address, prefix } => write!(f, "{address}/{prefix}"),
        }
    }
}

/// What a client shows to the gate, which nobody has read yet: a `captcha_token`.
///
/// A token pays for one call. The clones that are made while a call is served know together whether it has paid, so
/// that the gate may be asked twice about one call.
#[derive(Clone)]
pub struct CaptchaToken {
    text: String,
    has_paid: Arc<AtomicBool>,
}

impl CaptchaToken {
    /// Takes a text as a request has it. Whether it is a pass is for the gate to find out.
    #[must_use]
    pub fn shown(text: impl Into<String>) -> Self {
        Self { text: text.into(), has_paid: Arc::default() }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it has paid for the call that it came with.
    #[must_use]
    pub fn has_paid(&self) -> bool {
        self.has_paid.load(Ordering::Acquire)
    }

    /// Remembers, for the rest of the call, that it has paid.
    pub fn pay(&self) {
        self.has_paid.store(true, Ordering::Release);
    }
}

impl fmt::Debug for CaptchaToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CaptchaToken(…)")
    }
}

impl PartialEq for CaptchaToken {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for CaptchaToken {}

/// Where a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The application that the user uses.
    pub client: ClientId,
    /// Whether it is that client who asks, as far as can be known: it has no secret, or has shown it.
    pub client_is_proven: bool,
    /// The device, if the client names it.
    pub device: Option<DeviceId>,
    /// The network.
    pub network: Network,
    /// The `User-Agent` header, cut to 200 characters, for the user's own list of sessions.
    pub user_agent: Option<String>,
    /// The first known language that the request asks for (`Accept-Language`).
    pub language: Option<Language>,
    /// What the client shows to the bot gate. Whoever has an origin can pass the gate with it.
    pub captcha: Option<CaptchaToken>,
}

impl Origin {
    /// Who asks, as far as repeated requests for a code are concerned: the device or, without one, the network.
    #[must_use]
    pub fn requester(&self) -> Requester {
        Requester(match &self.device {
            Some(device) => format!("device:{}", device.as_str()),
            None => format!("network:{}", self.network),
        })
    }
}

/// A device and a network, as stores keep them, with which later requests are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The device, if the client named it.
    pub device: Option<String>,
    /// The network.
    pub network: String,
}

impl Place {
    /// Returns the place that a request comes from.
    #[must_use]
    pub fn of(origin: &Origin) -> Self {
        Self {
            device: origin.device.as_ref().map(|device| device.as_str().to_owned()),
            network: origin.network.to_string(),
        }
    }

    /// Whether `other` is the same device or, if one of the two names no device, the same network.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.device, &other.device) {
            (Some(one), Some(other)) => one == other,
            _ => self.network == other.network,
        }
    }
}

/// The device, or the network if no device is named.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Requester(String);

impl Requester {
    /// Restores a requester from its stored form.
    #[must_use]
    pub fn from_stored(stored: String) -> Self {
        Self(stored)
    }

    /// The form that a store keeps.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_customer_is_one_network() {
        for (address, network) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("::ffff:c000:207", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ] {
            assert_eq!(Network::of(address.parse().expect(address)).to_string(), network);
        }
    }

    #[test]
    fn a_network_is_part_of_wider_ones() {
        for (address, ladder) in [
            ("192.0.2.7", &["192.0.2.7", "192.0.2.0/24"][..]),
            ("255.255.255.255", &["255.255.255.255", "255.255.255.0/24"]),
            ("2001:db8:1:2345::7", &["2001:db8:1:2345::/64", "2001:db8:1:2300::/56", "2001:db8:1::/48"]),
            ("127.0.0.1", &["127.0.0.1"]),
            ("::1", &["::/64", "::/56", "::/48"]),
        ] {
            let network = Network::of(address.parse().expect(address));
            let found: Vec<_> = network.ladder().map(|network| network.to_string()).collect();
            assert_eq!(found, ladder);
            assert_eq!(Some(&*network.widest().to_string()), ladder.last().copied());
        }
    }

    #[test]
    fn clones_of_a_shown_token_know_that_it_has_paid() {
        let token = CaptchaToken::shown("text");
        let clone = token.clone();
        assert!(!clone.has_paid());
        token.pay();
        assert!(clone.has_paid());
        assert!(!CaptchaToken::shown("text").has_paid(), "the same text in another call");
        assert_eq!(format!("{token:?}"), "CaptchaToken(…)");
    }

    #[test]
    fn a_place_is_a_device_or_else_a_network() {
        let place = |device: Option<&str>, network: &str| Place {
            device: device.map(str::to_owned),
            network: network.to_owned(),
        };
        let known = place(Some("phone"), "home");
        for (what, other, is_same) in [
            ("itself", place(Some("phone"), "home"), true),
            ("the device in another network", place(Some("phone"), "cafe"), true),
            ("another device in the network", place(Some("laptop"), "home"), false),
            ("no device, in the network", place(None, "home"), true),
            ("no device, in another network", place(None, "cafe"), false),
        ] {
            assert_eq!((known.is_same(&other), other.is_same(&known)), (is_same, is_same), "{what}");
        }
    }

    proptest! {
        #[test]
        fn a_device_id_with_the_documented_spelling_is_accepted_unchanged(
            raw in "[A-Za-z0-9_.-]{1,64}|[A-Za-z0-9_.-]{64}",
        ) {
            prop_assert_eq!(DeviceId::parse(&raw).map(|id| id.as_str().to_owned()), Ok(raw));
        }

        #[test]
        fn no_other_text_is_a_device_id(
            raw in prop_oneof![
                "[a-z0-9]{0,9}[[:ascii:]&&[^A-Za-z0-9_.-]][a-z0-9]{0,9}",
                "[a-z0-9]{0,9}[ +/:@é名٣Ａ][a-z0-9]{0,9}",
                "(?s)[^[:ascii:]].{0,9}",
                "[A-Za-z0-9_.-]{65,80}|",
            ],
        ) {
            prop_assert_eq!(DeviceId::parse(&raw), Err(DeviceIdError));
        }
    }
}
