//! Events on their way to subscribers: their names, their receivers, and the schedule of attempts.
//!
//! An event is recorded for operators under its [`EventKind`](crate::events::EventKind) and sent to subscribers under
//! an [`OutgoingKind`]; [`OutgoingKind::of`] maps one to the other.

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
