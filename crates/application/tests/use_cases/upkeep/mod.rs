//! Upkeep of the service.

mod hash_costs;
mod readiness;
mod sweep;
