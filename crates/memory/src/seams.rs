//! What tests may inspect although no port shows it. These methods never fail.

use auth_domain::accounts::{Account, UserId};
use auth_domain::events::NewEvent;
use auth_domain::messages::QueuedMessage;
use auth_domain::proofs::Proof;
use auth_domain::provider_flows::ProviderFlow;
use auth_domain::sessions::NewSession;
use auth_domain::verifications::Verification;

use crate::MemoryStores;
use crate::accounts::as_found;

impl MemoryStores {
    /// Returns every account, oldest id first.
    #[must_use]
    pub fn accounts(&self) -> Vec<Account> {
        self.look().accounts.values().map(as_found).collect()
    }

    /// Returns every event, in the order of recording.
    #[must_use]
    pub fn events(&self) -> Vec<NewEvent> {
        self.look().events.all().cloned().collect()
    }

    /// Returns the user's sessions, including ended and expired ones, in the order in which they began.
    #[must_use]
    pub fn sessions_of(&self, user: UserId) -> Vec<NewSession> {
        let state = self.look();
        state.sessions.iter().filter(|held| held.session.user == user).map(|held| held.session.clone()).collect()
    }

    /// Returns every proof, including spent and expired ones, in the order of creation.
    #[must_use]
    pub fn proofs(&self) -> Vec<Proof> {
        self.look().proofs.iter().map(|held| held.proof.clone()).collect()
    }

    /// Returns every flow at a third party that has not ended, including expired ones, in the order of beginning.
    #[must_use]
    pub fn provider_flows(&self) -> Vec<ProviderFlow> {
        self.look().provider_flows.clone()
    }

    /// Returns every verification, in the order of creation.
    #[must_use]
    pub fn verifications(&self) -> Vec<Verification> {
        self.look().verifications.clone()
    }

    /// Returns every queued message, including leased ones, in the order of writing.
    #[must_use]
    pub fn queued(&self) -> Vec<QueuedMessage> {
        self.look().messages.iter().map(|held| held.message.clone()).collect()
    }
}
