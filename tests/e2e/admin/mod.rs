//! The admin backend, on its own listener.

mod blocking;
mod creating;
mod deleting;
mod events;
mod exporting;
mod finding;
mod importing;
mod keys;
mod passwords;
mod sessions;
mod subscriptions;
pub(crate) mod support;
