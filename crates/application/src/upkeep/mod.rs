//! What keeps the service in order: sweeping, and whether it is ready.

mod readiness;
mod sweep;

pub use readiness::Readiness;
pub use sweep::SweepExpired;
