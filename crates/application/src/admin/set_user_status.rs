//! Block or unblock a user.

use std::sync::Arc;

use auth_domain::accounts::{UserId, UserStatus};
use auth_domain::events::EventKind;
use auth_ports::{Halt, UserStore, refuse};

use super::{OnUserRefusal, Operator};
use crate::kit::Recorder;

/// Blocks and unblocks users.
pub struct SetUserStatus {
    users: Arc<dyn UserStore>,
    recorder: Recorder,
}

impl SetUserStatus {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(users: Arc<dyn UserStore>, recorder: Recorder) -> Self {
        Self { users, recorder }
    }

    /// Sets the status. Blocking ends all sessions at once. Setting the status that the user already has is no error.
    ///
    /// # Errors
    /// Returns [`OnUserRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(&self, user: UserId, status: UserStatus, operator: &Operator) -> Result<(), Halt<OnUserRefusal>> {
        let kind = match status {
            UserStatus::Active => EventKind::UserUnblocked,
            UserStatus::Blocked => EventKind::UserBlocked,
        };
        let now = self.recorder.now();
        let event = operator.event(&self.recorder, kind, Some(user), now);
        let found = self.users.set_status(user, status, event, now).await?;
        if found { Ok(()) } else { refuse(OnUserRefusal::NoSuchUser) }
    }
}
