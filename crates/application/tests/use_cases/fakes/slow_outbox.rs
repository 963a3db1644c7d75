//! An outbox that takes long to find what a clock has put off.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::events::NewEvent;
use auth_domain::outbox::{SubscriberBacklog, SubscriberId};
use auth_memory::MemoryStores;
use auth_ports::{ClaimEvents, ClaimedEvents, Failure, Outbox, SettledEvent};

/// Takes ten seconds for each look, and otherwise answers at once.
pub(crate) struct SlowOutbox(pub(crate) Arc<MemoryStores>);

#[async_trait]
impl Outbox for SlowOutbox {
    async fn claim(&self, claim: ClaimEvents) -> Result<Vec<ClaimedEvents>, Failure> {
        self.0.claim(claim).await
    }

    async fn settle(&self, subscriber: &SubscriberId, settled: Vec<SettledEvent>) -> Result<(), Failure> {
        self.0.settle(subscriber, settled).await
    }

    async fn hasten(
        &self,
        subscriber: &SubscriberId,
        now: Timestamp,
        latest: &[Timestamp],
        keys: u16,
    ) -> Result<u64, Failure> {
        // The paused clock of the runtime moves on.
        tokio::time::sleep(Duration::from_secs(10)).await;
        self.0.hasten(subscriber, now, latest, keys).await
    }

    async fn end(&self, subscriber: &SubscriberId, at: Timestamp) -> Result<(), Failure> {
        self.0.end(subscriber, at).await
    }

    async fn resume(&self, subscriber: &SubscriberId, event: NewEvent) -> Result<bool, Failure> {
        self.0.resume(subscriber, event).await
    }

    async fn ended_at(&self, subscriber: &SubscriberId) -> Result<Option<Timestamp>, Failure> {
        self.0.ended_at(subscriber).await
    }

    async fn discard(&self, subscriber: &SubscriberId, limit: u16) -> Result<u64, Failure> {
        self.0.discard(subscriber, limit).await
    }

    async fn backlogs(&self) -> Result<Vec<SubscriberBacklog>, Failure> {
        self.0.backlogs().await
    }
}
