//! Events on their way to subscribers.

mod deliver;
