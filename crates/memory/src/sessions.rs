//! Sessions and the events that record them.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::events::NewEvent;
use auth_domain::sessions::{NewSession, SessionId};
use auth_domain::users::{UserId, UserStatus};
use auth_ports::{BeginOutcome, SessionStore, StoreError};

use crate::MemoryStores;
use crate::state::{HeldSession, State, in_use};

#[async_trait]
impl SessionStore for MemoryStores {
    async fn begin_repeated(&self, session: NewSession, event: NewEvent) -> Result<BeginOutcome, StoreError> {
        let mut state = self.open()?;
        if !state.may_repeat(session.user) {
            return Ok(BeginOutcome::Refused);
        }
        state.check_session_ids(&session, &event)?;
        state.begin_session(session, event);
        Ok(BeginOutcome::Begun)
    }
}

impl State {
    fn may_repeat(&self, user: UserId) -> bool {
        let is_active = self.accounts.get(&user).is_some_and(|account| account.status == UserStatus::Active);
        let is_untouched = |held: &HeldSession| !held.refreshed && !held.ended;
        is_active && self.sessions.iter().filter(|held| held.session.user == user).all(is_untouched)
    }

    pub(crate) fn check_session_ids(&self, session: &NewSession, event: &NewEvent) -> Result<(), StoreError> {
        if self.session(session.user, session.id).is_some() {
            return Err(in_use("the session id"));
        }
        if self.events.iter().any(|held| (held.user, held.at, held.id) == (event.user, event.at, event.id)) {
            return Err(in_use("the event id"));
        }
        Ok(())
    }

    pub(crate) fn begin_session(&mut self, session: NewSession, event: NewEvent) {
        self.sessions.push(HeldSession { session, refreshed: false, ended: false });
        self.events.push(event);
    }

    pub(crate) fn has_live_session(&self, user: UserId, session: SessionId, now: Timestamp) -> bool {
        self.session(user, session).is_some_and(|held| !held.ended && now < held.session.expires_at)
    }

    fn session(&self, user: UserId, session: SessionId) -> Option<&HeldSession> {
        self.sessions.iter().find(|held| (held.session.user, held.session.id) == (user, session))
    }
}
