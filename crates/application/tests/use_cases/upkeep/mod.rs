//! Upkeep of the service.

mod readiness;
mod sweep;
