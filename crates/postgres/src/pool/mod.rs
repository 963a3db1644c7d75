//! The pool: connections that are opened within limits, lent to calls, and given up where they answer no more.

mod doubts;
mod lease;
mod manager;
mod opening;
mod sharing;
mod wait;

pub(crate) use lease::{Lease, Pool};
pub use opening::ConnectError;
pub(crate) use opening::Opening;
pub(crate) use wait::within;
