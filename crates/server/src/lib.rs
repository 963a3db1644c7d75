//! The composition root: adapters are chosen here and nowhere else, and everything is built once.

pub mod cli;
mod clock;
mod database;
mod doctor;
mod entropy;
mod failure;
mod keys;
mod listener;
mod logging;
mod plain_errors;
mod serve;
mod signing_keys;
mod wiring;

pub use clock::SystemClock;
pub use database::OpenDatabase;
pub use entropy::OsEntropy;
pub use failure::StartFailure;
pub use serve::{Listeners, Running, start};
pub use wiring::{Service, World};
