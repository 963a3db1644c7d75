//! Block a user, or let them in again.

use std::sync::Arc;

use auth_domain::accounts::{UserId, UserStatus};
use auth_domain::events::EventKind;
use auth_ports::{Clock, Entropy, Halt, UserStore, refuse};

use super::{OnUserRefusal, Operator};

/// Blocks and unblocks users.
pub struct SetUserStatus {
    users: Arc<dyn UserStore>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl SetUserStatus {
    /// On these ports.
    #[must_use]
    pub fn new(users: Arc<dyn UserStore>, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { users, clock, entropy }
    }

    /// Sets the status. Blocking ends all sessions at once. Setting what is set already is fine.
    ///
    /// # Errors
    /// [`OnUserRefusal`], or the failure.
    pub async fn run(&self, user: UserId, status: UserStatus, operator: &Operator) -> Result<(), Halt<OnUserRefusal>> {
        let kind = match status {
            UserStatus::Active => EventKind::UserUnblocked,
            UserStatus::Blocked => EventKind::UserBlocked,
        };
        let now = self.clock.now();
        let event = operator.event(&*self.entropy, kind, Some(user), now);
        let found = self.users.set_status(user, status, event, now).await?;
        if found { Ok(()) } else { refuse(OnUserRefusal::NoSuchUser) }
    }
}
