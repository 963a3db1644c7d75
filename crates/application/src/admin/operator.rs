//! Who uses the admin backend.

use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::events::{Actor, EventKind, NewEvent};
use auth_domain::origin::Network;
use thiserror::Error;

use crate::kit::Recorder;

/// The holder of an admin key, by the key's name; or the operator at the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    name: String,
    network: Option<Network>,
}

impl Operator {
    /// Somebody by this name.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), network: None }
    }

    /// The same, calling from this network.
    #[must_use]
    pub fn from_network(self, network: Network) -> Self {
        Self { network: Some(network), ..self }
    }

    /// Whoever sits at the machine: `cli`.
    #[must_use]
    pub fn at_the_command_line() -> Self {
        Self::named("cli")
    }

    /// The name, as events show it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn event(&self, recorder: &Recorder, kind: EventKind, user: Option<UserId>, at: Timestamp) -> NewEvent {
        recorder.event(kind, user, Actor::Operator { name: self.name.clone(), network: self.network }, at)
    }
}

/// Why nothing was done to a user.
#[derive(Debug, Error)]
pub enum OnUserRefusal {
    /// Nobody has this id.
    #[error("there is no such user")]
    NoSuchUser,
}
