//! `[admin]`

use std::net::SocketAddr;

use serde::Deserialize;

use crate::Danger;
use crate::values::{is_inner, read};

/// The listener for operators and backends.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminSettings {
    /// Where it listens; never reachable from outside.
    #[serde(deserialize_with = "read::value")]
    pub listen: SocketAddr,
    #[serde(deserialize_with = "read::value")]
    allow_exposed: bool,
    /// Days for which a new admin key is valid, unless its creation says otherwise.
    #[serde(deserialize_with = "read::whole::<1, 36_525, _, _>")]
    pub key_life_days: u32,
    #[serde(deserialize_with = "read::value")]
    allow_long_life: bool,
}

/// Ten years.
const LONGEST_KEY_LIFE_DAYS: u32 = 3653;

impl AdminSettings {
    pub(crate) fn dangers(&self) -> Vec<Danger> {
        let mut found = Vec::new();
        if !is_inner(self.listen.ip()) {
            let risk =
                "is not an address of this machine or of a private network, so that strangers may reach the listener";
            found.push(Danger::at("listen", risk, "allow_exposed", self.allow_exposed));
        }
        if self.key_life_days > LONGEST_KEY_LIFE_DAYS {
            let risk = "makes admin keys that are valid for more than ten years, as if they did not expire";
            found.push(Danger::at("key_life_days", risk, "allow_long_life", self.allow_long_life));
        }
        found
    }
}
