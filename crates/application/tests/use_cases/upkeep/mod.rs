//! Upkeep of the service.

mod sweep;
