//! Upkeep: removing expired rows, and whether the service is ready.

mod readiness;
mod sweep;

pub use readiness::Readiness;
pub use sweep::SweepExpired;
