//! Events that wait, and events that were given up.

use uuid::Uuid;

use super::{OutgoingEvent, SubscriberId};
use crate::Timestamp;

/// An event that waits for a subscriber.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedEvent {
    /// What.
    pub event: OutgoingEvent,
    /// How often it could not be delivered.
    pub failures: u16,
}

/// An event that was given up for a subscriber.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// For whom.
    pub subscriber: SubscriberId,
    /// What.
    pub event: OutgoingEvent,
    /// How often it was tried.
    pub failures: u16,
    /// Why the last attempt failed, for operators.
    pub problem: String,
    /// When it was given up.
    pub died_at: Timestamp,
}

/// A page of dead letters, those given up last first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetterPage {
    /// Only those for this subscriber.
    pub subscriber: Option<SubscriberId>,
    /// Only those given up before this one (instant, event's id, subscriber).
    pub before: Option<(Timestamp, Uuid, SubscriberId)>,
    /// At most this many.
    pub limit: u16,
}

/// How far a subscriber is behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriberBacklog {
    /// Who.
    pub subscriber: SubscriberId,
    /// How many events wait.
    pub waiting: u64,
    /// When the oldest of them happened.
    pub oldest_at: Option<Timestamp>,
    /// How many were given up.
    pub dead: u64,
    /// When the subscriber asked not to be told any more.
    pub ended_at: Option<Timestamp>,
}
