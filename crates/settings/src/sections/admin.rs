//! `[admin]`

use std::net::SocketAddr;

use serde::Deserialize;

use crate::values::read;

/// The listener for operators and backends.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminSettings {
    /// Where it listens; never reachable from outside.
    #[serde(deserialize_with = "read::value")]
    pub listen: SocketAddr,
}
