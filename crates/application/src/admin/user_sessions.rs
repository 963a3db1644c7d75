//! A user's sessions: look at them, end them.

use std::sync::Arc;

use auth_domain::accounts::UserId;
use auth_domain::events::EventKind;
use auth_domain::sessions::Session;
use auth_ports::{AccountStore, Clock, Entropy, Halt, SessionStore};

use super::{OnUserRefusal, Operator};

/// Lists and ends sessions.
pub struct UserSessions {
    accounts: Arc<dyn AccountStore>,
    sessions: Arc<dyn SessionStore>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl UserSessions {
    /// On these ports.
    #[must_use]
    pub fn new(
        accounts: Arc<dyn AccountStore>,
        sessions: Arc<dyn SessionStore>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self { accounts, sessions, clock, entropy }
    }

    /// The live sessions, newest first.
    ///
    /// # Errors
    /// [`OnUserRefusal`], or the failure.
    pub async fn list(&self, user: UserId) -> Result<Vec<Session>, Halt<OnUserRefusal>> {
        self.require(user).await?;
        Ok(self.sessions.list(user, self.clock.now()).await?)
    }

    /// Ends them all, and says how many there were.
    ///
    /// # Errors
    /// [`OnUserRefusal`], or the failure.
    pub async fn end_all(&self, user: UserId, operator: &Operator) -> Result<u64, Halt<OnUserRefusal>> {
        self.require(user).await?;
        let event = operator.event(&*self.entropy, EventKind::SessionsEnded, Some(user), self.clock.now());
        Ok(self.sessions.end_all(user, None, None, event).await?)
    }

    async fn require(&self, user: UserId) -> Result<(), Halt<OnUserRefusal>> {
        self.accounts.find(user).await?.map(drop).ok_or(Halt::Refused(OnUserRefusal::NoSuchUser))
    }
}
