//! The operator who makes a change.

use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::events::{Actor, EventKind, NewEvent};
use auth_domain::origin::Network;
use auth_ports::Failure;
use thiserror::Error;

use crate::kit::Recorder;

/// The holder of an admin key, named after the key, or the operator at the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    name: String,
    network: Option<Network>,
}

impl Operator {
    /// The operator with this name.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), network: None }
    }

    /// The same operator, calling from this network.
    #[must_use]
    pub fn from_network(self, network: Network) -> Self {
        Self { network: Some(network), ..self }
    }

    /// The operator at the command line, named `cli`.
    #[must_use]
    pub fn at_the_command_line() -> Self {
        Self::named("cli")
    }

    /// The name, as it appears in events.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn event(&self, recorder: &Recorder, kind: EventKind, user: Option<UserId>, at: Timestamp) -> NewEvent {
        recorder.event(kind, user, Actor::Operator { name: self.name.clone(), network: self.network }, at)
    }

    /// Records what the operator reads and `how`, under the user whom it is about, if there is one. Callers hand it out
    /// afterwards.
    pub(crate) async fn record_reading(
        &self,
        recorder: &Recorder,
        kind: EventKind,
        user: Option<UserId>,
        how: &str,
    ) -> Result<(), Failure> {
        recorder.record(self.event_now(recorder, kind, user, how.to_owned())).await
    }

    /// What the operator does now, and what else is known of it.
    pub(crate) fn event_now(
        &self,
        recorder: &Recorder,
        kind: EventKind,
        user: Option<UserId>,
        detail: String,
    ) -> NewEvent {
        NewEvent { detail: Some(detail), ..self.event(recorder, kind, user, recorder.now()) }
    }

    /// What happened to a key of any kind. The event names the operator at the command line, since keys are managed
    /// there only.
    pub(super) fn key_event(recorder: &Recorder, kind: EventKind, key: &str, at: Timestamp) -> NewEvent {
        let event = Self::at_the_command_line().event(recorder, kind, None, at);
        NewEvent { detail: Some(key.to_owned()), ..event }
    }
}

/// Why a request about a user was refused.
#[derive(Debug, Error)]
pub enum OnUserRefusal {
    /// Nobody has this id.
    #[error("there is no such user")]
    NoSuchUser,
}
