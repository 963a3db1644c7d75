//! Delivering events to subscribers, and what operators do about events that did not arrive.

mod dead_letters;
mod deliver;
mod forgotten;
mod hastening;
mod line;
mod signal;
mod subscriptions;
mod turn;
mod worker;

pub use dead_letters::{NoSuchDeadLetter, ReviewDeadLetters};
pub use deliver::DeliverEvents;
pub use signal::EventSignal;
pub use subscriptions::{ManageSubscriptions, NoSuchSubscription, Subscription};
