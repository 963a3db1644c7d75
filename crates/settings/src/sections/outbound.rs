//! `[outbound]`

use ipnet::IpNet;
use serde::Deserialize;
use url::Host;

use crate::values::{Given, Setting, is_private, read};
use crate::{Danger, Section};

/// Which parts of inner networks third parties, webhooks and rules may be in. It is a [`Section`], because the client of
/// adapters is made before the other sections are read.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutboundSettings {
    /// Networks whose addresses may be called.
    #[serde(default, deserialize_with = "read::list")]
    pub allowed_networks: Vec<IpNet>,
    #[serde(default, deserialize_with = "read::list")]
    allowed_hosts: Vec<HostName>,
    #[serde(default, deserialize_with = "read::optional")]
    allow_any_network: Option<bool>,
}

/// A host name, in lower case.
#[derive(Debug, Clone)]
struct HostName(String);

impl OutboundSettings {
    /// The name of the section.
    pub const NAME: &str = "outbound";

    /// Names of hosts whose private addresses may be called.
    pub fn allowed_hosts(&self) -> impl Iterator<Item = String> {
        self.allowed_hosts.iter().map(|host| host.0.clone())
    }
}

impl Section for OutboundSettings {
    fn dangers(&self) -> Vec<Danger> {
        if self.allowed_networks.iter().all(is_private) {
            return Vec::new();
        }
        let risk =
            "has more than private networks, so that whoever an address comes from may reach this machine itself";
        let accepted = self.allow_any_network.unwrap_or_default();
        vec![Danger::at("allowed_networks", risk, "allow_any_network", accepted)]
    }
}

impl Setting for HostName {
    fn from_given(given: &Given) -> Result<Self, String> {
        given.parse("the name of a host, such as idp.corp.example (addresses are for allowed_networks)", |text| {
            match Host::parse(text).ok()? {
                Host::Domain(name) if !name.contains('*') => Some(Self(name)),
                _ => None,
            }
        })
    }
}
