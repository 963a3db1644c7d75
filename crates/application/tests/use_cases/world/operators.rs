//! Operators, and what is on record about them.

use auth_application::admin::Operator;
use auth_contracts::samples::{sample_network, sample_operator};
use auth_domain::accounts::UserId;
use auth_domain::events::NewEvent;
use auth_ports::Clock as _;

use super::World;

/// The holder of an admin key, as events name them: [`sample_operator`].
pub(crate) fn operator() -> Operator {
    Operator::named("sample-key").from_network(sample_network())
}

impl World {
    /// What was recorded last: [`operator`] did it just now, to this user.
    pub(crate) fn last_event_of_operator(&self, user: Option<UserId>) -> NewEvent {
        let event = self.last_event();
        assert_eq!((&event.actor, event.user, event.at), (&sample_operator(), user, self.clock.now()));
        event
    }
}
