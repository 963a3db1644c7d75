//! The stores in memory: a fake behind the ports, for tests only. It forgets everything when it is dropped and serves
//! one process only.
//!
//! [`MemoryStores`] implements every store port under the same contracts as the database adapter
//! (`tests/contract.rs`), so a use case tested on it meets the same refusals and races. Files are named after the
//! same nouns as in `ports`: `accounts`, `sessions`, `verifications`, `proofs`, `provider_flows`, `messages`,
//! `limits`, `users`, `admin_keys`, `client_keys`, `events`, `outbox`, `upkeep`. All rules belong to the domain; this crate
//! only remembers.

mod accounts;
mod admin_keys;
mod client_keys;
mod events;
mod known_devices;
mod limits;
mod messages;
mod outbox;
mod proofs;
mod provider_flows;
mod seams;
mod sessions;
mod spenders;
mod state;
mod stores;
mod upkeep;
mod users;
mod verifications;
mod vouchers;

pub use spenders::SpendVouchers;
pub use stores::MemoryStores;
