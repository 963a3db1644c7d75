//! The place for Diesel's blocking calls: a bounded pool, on threads made for blocking, with a limit on each call.

mod attempts;
mod fault;
mod handle;
mod manner;

pub(crate) use fault::Abort;
pub use handle::{Database, PoolUsage};
