//! The stores in memory keep every store port's promises.

use async_trait::async_trait;
use auth_contracts::{Intervene, Stores};
use auth_domain::sessions::SessionId;
use auth_domain::users::UserId;
use auth_memory::MemoryStores;

auth_contracts::accounts!(make_stores);
auth_contracts::sessions!(make_stores);
auth_contracts::verifications!(make_stores);
auth_contracts::proofs!(make_stores);
auth_contracts::messages!(make_stores);
auth_contracts::limits!(make_stores);
auth_contracts::interventions!(make_stores);

async fn make_stores() -> (Stores, Outside) {
    let stores = MemoryStores::new();
    (Stores::of(stores.clone()), Outside(stores))
}

/// What no port brings about.
struct Outside(MemoryStores);

#[async_trait]
impl Intervene for Outside {
    async fn block(&self, user: UserId) {
        self.0.block(user);
    }

    async fn end_session(&self, user: UserId, session: SessionId) {
        self.0.end_session(user, session);
    }

    async fn refresh_session(&self, user: UserId, session: SessionId) {
        self.0.refresh_session(user, session);
    }
}
