//! Upkeep: removing expired rows, measuring what hashes cost, and whether the service is ready.

mod hash_costs;
mod readiness;
mod sweep;

pub use auth_ports::NotReady;
pub use hash_costs::MeasureHashes;
pub use readiness::Readiness;
pub use sweep::SweepExpired;
