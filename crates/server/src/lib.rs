//! The composition root: adapters are registered here and nowhere else, and everything is built once.
//!
//! A program of a team's own is a `main` that begins with [`Server`] and ends with `run`; what it can add, and how, is
//! written in `auth-extension`. [`ours`] comes through the same door.

mod cli;
mod clock;
mod doctor;
mod entropy;
mod failure;
mod keys;
mod listener;
mod logging;
pub mod ours;
mod program;
mod reach;
mod reload;
mod remarks;
mod serve;
mod signals;
mod signing_keys;
mod storage;
mod wiring;

pub use clock::SystemClock;
pub use doctor::doctor;
pub use entropy::OsEntropy;
pub use failure::StartFailure;
pub use program::{Configuration, Server};
pub use serve::{Listeners, Running, start};
pub use wiring::{Service, World};
