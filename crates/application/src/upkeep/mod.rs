//! Upkeep: removing expired rows, measuring what hashes cost, and whether the service is ready.

mod draining;
mod hash_costs;
mod readiness;
mod sweep;

pub use draining::Draining;
pub use hash_costs::MeasureHashes;
pub use readiness::{NoTraffic, Readiness};
pub use sweep::SweepExpired;
