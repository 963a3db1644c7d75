//! Events on their way to subscribers: the queue in which they wait, and the handlers that take them.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::events::NewEvent;
use auth_domain::outbox::{
    DeadLetter, DeadLetterPage, OrderingKey, OutgoingEvent, OutgoingKinds, QueuedEvent, SubscriberBacklog, SubscriberId,
};
use thiserror::Error;
use uuid::Uuid;

use crate::{Cause, Failure};

/// A request for events to deliver.
#[derive(Debug, Clone)]
pub struct ClaimEvents {
    /// The subscriber to deliver to.
    pub subscriber: SubscriberId,
    /// The present time.
    pub now: Timestamp,
    /// Until when no other call gets events with the same keys.
    pub leased_until: Timestamp,
    /// The largest number of keys.
    pub keys: u16,
    /// The largest number of events per key.
    pub per_key: u16,
}

/// Events with the same key, in the order in which they are to be delivered. There is at least one.
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
    /// The key of the event.
    pub key: OrderingKey,
    /// The id of the event.
    pub id: Uuid,
    /// What became of it.
    pub outcome: DeliveryOutcome,
}

/// The outcome of an attempt to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The event arrived.
    Delivered,
    /// The attempt failed. The event is due again at this instant, and later events with its key wait for it.
    Failed {
        /// When it is due.
        again_at: Timestamp,
    },
    /// The last attempt failed. Later events with its key are delivered.
    GivenUp {
        /// Why the attempt failed, for operators.
        problem: String,
        /// When the event was given up.
        at: Timestamp,
    },
    /// The event was not tried and is due again at this instant.
    PutBack {
        /// When it is due.
        at: Timestamp,
    },
}

/// Events that other ports' transactions have written, until they are delivered or given up.
///
/// Every write of a store that records an event also queues it, in the same transaction, for each subscriber to its
/// kind (`auth_domain::outbox::OutgoingKind::of`); without subscribers it writes nothing extra. Events with the same
/// key (that is, of the same user) keep the order in which their transactions took effect.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Claims the first events of up to `keys` keys whose first event is due at `now`, and leases them until
    /// `leased_until`: no other call gets events with these keys for this subscriber before then. Later events with a
    /// key are never handed out before, or without, the first one.
    async fn claim(&self, claim: ClaimEvents) -> Result<Vec<ClaimedEvents>, Failure>;

    /// Stores the outcomes of claimed events, all or nothing. Events that no longer exist are ignored.
    async fn settle(&self, subscriber: &SubscriberId, settled: Vec<SettledEvent>) -> Result<(), Failure>;

    /// Makes the events due at `now` of up to `keys` keys whose first event is due after the latest instant at which it
    /// can be, leased or not, and returns how many keys there were. Only a clock that ran ahead can have stored such an
    /// instant, and the events would wait until that time comes.
    ///
    /// `latest` has that instant by the number of failures, beginning with none; the last one is also for those that have
    /// failed more often. Without any nothing happens.
    ///
    /// Of a long backlog a store may look through a part only, which has what is due last. It fails only if it hastens
    /// nothing: a part of the queue that cannot be read keeps nobody from hastening what is found in the others, and is
    /// noticed by the call that finds nothing more there.
    async fn hasten(
        &self,
        subscriber: &SubscriberId,
        now: Timestamp,
        latest: &[Timestamp],
        keys: u16,
    ) -> Result<u64, Failure>;

    /// Notes that the subscriber has unsubscribed. The events that wait for it are not removed; see
    /// [`Outbox::discard`]. If it is called again, the first time counts.
    async fn end(&self, subscriber: &SubscriberId, at: Timestamp) -> Result<(), Failure>;

    /// Removes that note and records `event`, all or nothing. Returns false if there was none; then nothing is recorded.
    async fn resume(&self, subscriber: &SubscriberId, event: NewEvent) -> Result<bool, Failure>;

    /// Returns when the subscriber unsubscribed, if it did.
    async fn ended_at(&self, subscriber: &SubscriberId) -> Result<Option<Timestamp>, Failure>;

    /// Removes up to `limit` events that wait for the subscriber, and returns how many were removed.
    async fn discard(&self, subscriber: &SubscriberId, limit: u16) -> Result<u64, Failure>;

    /// Returns the backlog of each subscriber that has waiting events or dead letters or has unsubscribed, by name.
    async fn backlogs(&self) -> Result<Vec<SubscriberBacklog>, Failure>;
}

/// Events that were given up, until they are sent again or become too old.
#[async_trait]
pub trait DeadLetters: Send + Sync {
    /// Returns a page of dead letters, most recently given up first.
    async fn list(&self, page: DeadLetterPage) -> Result<Vec<DeadLetter>, Failure>;

    /// Puts up to `limit` of the subscriber's dead letters back into the queue, either those with these ids or all of
    /// them, and records `event`, all or nothing. They are due at the event's instant, count as never tried, and return to
    /// their former places in the order. Returns how many there were; if there were none, nothing is recorded.
    async fn send_again(
        &self,
        subscriber: &SubscriberId,
        ids: Option<Vec<Uuid>>,
        event: NewEvent,
        limit: u16,
    ) -> Result<u64, Failure>;

    /// Removes up to `limit` dead letters that were given up before `before`, and up to `limit` events, of any
    /// subscriber, that have been waiting since before it. Returns how many were removed.
    async fn sweep(&self, before: Timestamp, limit: u16) -> Result<u64, Failure>;
}

/// Why a subscriber did not take an event.
#[derive(Debug, Error)]
pub enum HandleError {
    /// Trying again may help. The cause is kept for operators, so it must contain no secret and nothing personal.
    #[error("the event was not taken")]
    Failed(#[source] Cause),
    /// The subscriber has unsubscribed.
    #[error("the subscriber wants no more events")]
    Unsubscribed(#[source] Cause),
}

/// A subscriber: a team's own code in this process, or an adapter that passes events on.
#[async_trait]
pub trait EventHandler: Send + Sync {
    /// Returns the subscriber's name. It must stay the same across restarts, because events wait under it.
    fn subscriber(&self) -> &SubscriberId;

    /// Returns the kinds of events that it wants.
    fn kinds(&self) -> OutgoingKinds;

    /// Takes one event. It is called at least once per event, possibly several times with the same id. The events of
    /// one user come in order, each after the one before it was taken or given up. The caller waits for a limited
    /// time and counts a longer call as failed.
    async fn handle(&self, event: &OutgoingEvent) -> Result<(), HandleError>;

    /// Finds out whether the receiver would take events, without giving it one: it is reached, TLS is made, and what needs a
    /// password is signed in to. Operators ask for it. `None`: there is no way to tell.
    ///
    /// # Errors
    /// Returns a [`Cause`], for the operator, if the receiver cannot be reached or refuses.
    async fn try_receiver(&self) -> Option<Result<(), Cause>> {
        None
    }
}
