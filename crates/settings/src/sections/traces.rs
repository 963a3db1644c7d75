//! `[traces]`

use secrecy::SecretString;
use serde::Deserialize;

use crate::values::{WebAddress, read};
use crate::{Problem, Section, SettingsProfile};

/// Traces, which are off unless there is an address. It is a [`Section`], because the clients of adapters, which tell other
/// parties of traces, are made before the other sections are read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TracesSettings {
    /// The address of the collector.
    #[serde(default, deserialize_with = "read::optional")]
    pub endpoint: Option<WebAddress>,
    /// How many of a thousand requests are traced.
    #[serde(deserialize_with = "read::whole::<0, 1000, _, _>")]
    pub sampled_of_1000: u16,
    /// The value of the header `authorization`.
    #[serde(default, deserialize_with = "read::optional")]
    pub authorization: Option<SecretString>,
}

impl TracesSettings {
    /// The name of the section.
    pub const NAME: &str = "traces";
}

impl Section for TracesSettings {
    fn check(&self, profile: SettingsProfile) -> Result<(), Problem> {
        let is_exposed = self.authorization.is_some() && self.endpoint.as_ref().is_some_and(WebAddress::is_exposed);
        if profile.is_production() && is_exposed {
            return Err(Problem::at("endpoint", "must be https in production, because a secret is sent to it"));
        }
        Ok(())
    }
}
