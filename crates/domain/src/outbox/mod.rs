//! Events on their way out: what they are called there, who gets them, and how often that is tried.
//!
//! An event is recorded for operators under its [`EventKind`](crate::events::EventKind) and goes out to subscribers
//! under an [`OutgoingKind`]; [`OutgoingKind::of`] is the table between the two.

mod event;
mod kind;
mod ordering;
mod queued;
mod schedule;
mod subscriber;

pub use event::OutgoingEvent;
pub use kind::{OutgoingKind, OutgoingKinds, UnknownKind};
pub use ordering::{BUCKETS, OrderingKey};
pub use queued::{DeadLetter, DeadLetterPage, QueuedEvent, SubscriberBacklog};
pub use schedule::RetrySchedule;
pub use subscriber::{DuplicateSubscriber, Subscriber, SubscriberId, SubscriberIdError, Subscribers};
