//! Events on their way to subscribers: delivering them, and what operators do about those that did not arrive.

mod dead_letters;
mod deliver;
mod line;
mod subscriptions;
mod turn;

pub use dead_letters::ReviewDeadLetters;
pub use deliver::{DeliverEvents, EventSignal};
pub use subscriptions::{ManageSubscriptions, Subscription};
