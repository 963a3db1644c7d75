//! Employee numbers: the promises of kinds and of scenarios, and everywhere that identifiers go.

mod contract;
mod service;
