//! What tests may look at and bring about although no port does. These never fail.

use auth_domain::events::NewEvent;
use auth_domain::messages::QueuedMessage;
use auth_domain::sessions::{NewSession, SessionId};
use auth_domain::users::{Account, UserId, UserStatus};
use auth_domain::verifications::Verification;

use crate::MemoryStores;
use crate::state::HeldSession;

impl MemoryStores {
    /// Every account, oldest id first.
    #[must_use]
    pub fn accounts(&self) -> Vec<Account> {
        self.look().accounts.values().cloned().collect()
    }

    /// Every event, in the order of recording.
    #[must_use]
    pub fn events(&self) -> Vec<NewEvent> {
        self.look().events.clone()
    }

    /// The user's sessions, ended and expired ones included, in the order of beginning.
    #[must_use]
    pub fn sessions_of(&self, user: UserId) -> Vec<NewSession> {
        let state = self.look();
        state.sessions.iter().filter(|held| held.session.user == user).map(|held| held.session.clone()).collect()
    }

    /// Every verification, in the order of making.
    #[must_use]
    pub fn verifications(&self) -> Vec<Verification> {
        self.look().verifications.clone()
    }

    /// Every queued message, leased ones included, in the order of writing.
    #[must_use]
    pub fn queued(&self) -> Vec<QueuedMessage> {
        self.look().messages.iter().map(|held| held.message.clone()).collect()
    }

    /// Blocks an account, as an operator does. Unknown ids are fine.
    pub fn block(&self, user: UserId) {
        if let Some(account) = self.look().accounts.get_mut(&user) {
            account.status = UserStatus::Blocked;
        }
    }

    /// Ends a session. Unknown ids are fine.
    pub fn end_session(&self, user: UserId, session: SessionId) {
        self.change_session(user, session, |held| held.ended = true);
    }

    /// Marks a session as refreshed. Unknown ids are fine.
    pub fn refresh_session(&self, user: UserId, session: SessionId) {
        self.change_session(user, session, |held| held.refreshed = true);
    }

    fn change_session(&self, user: UserId, session: SessionId, change: fn(&mut HeldSession)) {
        let mut state = self.look();
        let is_it = |held: &&mut HeldSession| (held.session.user, held.session.id) == (user, session);
        if let Some(held) = state.sessions.iter_mut().find(is_it) {
            change(held);
        }
    }
}
