//! List and end a user's sessions.

use std::sync::Arc;

use auth_domain::accounts::UserId;
use auth_domain::events::EventKind;
use auth_domain::sessions::Session;
use auth_ports::{AccountStore, Halt, SessionStore};

use super::{OnUserRefusal, Operator};
use crate::kit::Recorder;

/// Lists and ends sessions.
pub struct UserSessions {
    accounts: Arc<dyn AccountStore>,
    sessions: Arc<dyn SessionStore>,
    recorder: Recorder,
}

impl UserSessions {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(accounts: Arc<dyn AccountStore>, sessions: Arc<dyn SessionStore>, recorder: Recorder) -> Self {
        Self { accounts, sessions, recorder }
    }

    /// Returns the live sessions, newest first, and leaves an event.
    ///
    /// # Errors
    /// Returns [`OnUserRefusal`] if a rule refuses, or the failure of a port.
    pub async fn list(&self, user: UserId, operator: &Operator) -> Result<Vec<Session>, Halt<OnUserRefusal>> {
        self.require(user).await?;
        operator.record_reading(&self.recorder, EventKind::UserRead, Some(user), "sessions").await?;
        Ok(self.sessions.list(user, self.recorder.now()).await?)
    }

    /// Ends all sessions and returns how many there were.
    ///
    /// # Errors
    /// Returns [`OnUserRefusal`] if a rule refuses, or the failure of a port.
    pub async fn end_all(&self, user: UserId, operator: &Operator) -> Result<u64, Halt<OnUserRefusal>> {
        self.require(user).await?;
        let event = operator.event(&self.recorder, EventKind::SessionsEnded, Some(user), self.recorder.now());
        let ended = self.sessions.end_all(user, None, None, event, self.recorder.telling(None)).await?;
        self.recorder.told();
        Ok(ended)
    }

    async fn require(&self, user: UserId) -> Result<(), Halt<OnUserRefusal>> {
        self.accounts.find(user).await?.map(drop).ok_or(Halt::Refused(OnUserRefusal::NoSuchUser))
    }
}
