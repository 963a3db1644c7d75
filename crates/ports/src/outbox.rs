//! Events on their way to subscribers: the queue that they wait in, and the handlers that take them.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::outbox::{
    DeadLetter, DeadLetterPage, OrderingKey, OutgoingEvent, OutgoingKinds, QueuedEvent, SubscriberBacklog, SubscriberId,
};
use thiserror::Error;
use uuid::Uuid;

use crate::{Cause, Failure};

/// A wish for events to deliver.
#[derive(Debug, Clone)]
pub struct ClaimEvents {
    /// For whom.
    pub subscriber: SubscriberId,
    /// When.
    pub now: Timestamp,
    /// Until when no other call gets events of the same keys.
    pub leased_until: Timestamp,
    /// How many keys at most.
    pub keys: u16,
    /// How many events of each key at most.
    pub per_key: u16,
}

/// Events of one key, in the order in which they are to be delivered. At least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedEvents {
    /// Their key.
    pub key: OrderingKey,
    /// The events.
    pub events: Vec<QueuedEvent>,
}

/// What became of a claimed event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettledEvent {
    /// Its key.
    pub key: OrderingKey,
    /// Its id.
    pub id: Uuid,
    /// What became of it.
    pub outcome: DeliveryOutcome,
}

/// What became of an attempt to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// It arrived.
    Delivered,
    /// It failed. It is due again at this instant, and the later ones of its key wait for it.
    Failed {
        /// When it is due.
        again_at: Timestamp,
    },
    /// It failed for the last time. The later ones of its key go on.
    GivenUp {
        /// Why it failed, for operators.
        problem: String,
        /// When.
        at: Timestamp,
    },
    /// It was not tried: it is due again at this instant.
    PutBack {
        /// When it is due.
        at: Timestamp,
    },
}

/// Events written by other ports' transactions, until they are delivered or given up.
///
/// Every write of a store that records an event also queues it, in the same transaction, for each subscriber of its
/// kind (`auth_domain::outbox::OutgoingKind::of`); where there is none, it writes nothing more. Events of one key
/// (of one user) keep the order in which their transactions took effect.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Takes the first events of up to `keys` keys whose first event is due at `now`, and leases them until
    /// `leased_until`: no other call gets events of these keys for this subscriber before. Later events of a key are
    /// never handed out before, or without, its first one.
    async fn claim(&self, claim: ClaimEvents) -> Result<Vec<ClaimedEvents>, Failure>;

    /// Stores what became of claimed events, all or nothing. Events that are not there any more are ignored.
    async fn settle(&self, subscriber: &SubscriberId, settled: Vec<SettledEvent>) -> Result<(), Failure>;

    /// Notes that the subscriber asked not to be told any more. What waits for it is not removed; see
    /// [`Outbox::discard`]. The first note counts.
    async fn end(&self, subscriber: &SubscriberId, at: Timestamp) -> Result<(), Failure>;

    /// Takes that note back. False when there was none.
    async fn resume(&self, subscriber: &SubscriberId) -> Result<bool, Failure>;

    /// When the subscriber asked not to be told any more, if it did.
    async fn ended_at(&self, subscriber: &SubscriberId) -> Result<Option<Timestamp>, Failure>;

    /// Removes up to `limit` events that wait for the subscriber; says how many went.
    async fn discard(&self, subscriber: &SubscriberId, limit: u16) -> Result<u64, Failure>;

    /// How far everybody is behind for whom something waits, was given up, or who asked not to be told, by name.
    async fn backlogs(&self) -> Result<Vec<SubscriberBacklog>, Failure>;
}

/// Events that were given up, until they are sent again or are too old.
#[async_trait]
pub trait DeadLetters: Send + Sync {
    /// A page of dead letters, those given up last first.
    async fn list(&self, page: DeadLetterPage) -> Result<Vec<DeadLetter>, Failure>;

    /// Puts up to `limit` of the subscriber's dead letters back into the queue, due at `now`, as if they had never been
    /// tried, in the place among the waiting that they had: those with these ids, or all. Says how many.
    async fn send_again(
        &self,
        subscriber: &SubscriberId,
        ids: Option<Vec<Uuid>>,
        now: Timestamp,
        limit: u16,
    ) -> Result<u64, Failure>;

    /// Removes up to `limit` dead letters that were given up before `before`, and as many events that have waited since
    /// before it, for whomever; says how many went.
    async fn sweep(&self, before: Timestamp, limit: u16) -> Result<u64, Failure>;
}

/// Why an event was not taken.
#[derive(Debug, Error)]
pub enum HandleError {
    /// Trying again may help. The cause is kept for operators, so it must hold no secret and nothing personal.
    #[error("the event was not taken")]
    Failed(#[source] Cause),
    /// The subscriber does not want to be told any more.
    #[error("the subscriber wants no more events")]
    Unsubscribed(#[source] Cause),
}

/// A subscriber: somebody's code in this process, or an adapter that passes events on.
#[async_trait]
pub trait EventHandler: Send + Sync {
    /// Its name. It stays the same from one start to the next, since events wait under it.
    fn subscriber(&self) -> &SubscriberId;

    /// Which events it wants.
    fn kinds(&self) -> OutgoingKinds;

    /// Takes one event. It is called at least once for each, perhaps several times under the same id; for one user's
    /// events in order, each after the one before it was taken or given up. Whoever calls it waits a limited time and
    /// counts a longer call as failed.
    async fn handle(&self, event: &OutgoingEvent) -> Result<(), HandleError>;
}
