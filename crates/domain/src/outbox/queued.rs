//! Events that wait, and events that were given up.

use uuid::Uuid;

use super::{OutgoingEvent, SubscriberId};
use crate::Timestamp;

/// An event that waits for a subscriber.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedEvent {
    /// The event.
    pub event: OutgoingEvent,
    /// How many attempts to deliver it have failed.
    pub failures: u16,
}

/// An event that was given up for a subscriber.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The subscriber that did not get it.
    pub subscriber: SubscriberId,
    /// The event.
    pub event: OutgoingEvent,
    /// How many attempts were made.
    pub failures: u16,
    /// Why the last attempt failed, for operators.
    pub problem: String,
    /// When it was given up.
    pub died_at: Timestamp,
}

/// A page of dead letters, most recently given up first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetterPage {
    /// Only those of this subscriber.
    pub subscriber: Option<SubscriberId>,
    /// Only those of the event with this id.
    pub event: Option<Uuid>,
    /// Only those given up before this position (instant, event id, subscriber).
    pub before: Option<(Timestamp, Uuid, SubscriberId)>,
    /// At most this many.
    pub limit: u16,
}

/// How far a subscriber is behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriberBacklog {
    /// The subscriber.
    pub subscriber: SubscriberId,
    /// How many events are waiting.
    pub waiting: u64,
    /// When the oldest of them happened.
    pub oldest_at: Option<Timestamp>,
    /// How many events were given up.
    pub dead: u64,
    /// When the subscriber unsubscribed.
    pub ended_at: Option<Timestamp>,
}
