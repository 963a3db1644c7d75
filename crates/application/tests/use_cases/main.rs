//! The use cases, one table each, on the memory stores with a manual clock and scripted entropy. Rooms and files are
//! named like those of the source. Behaviour that is visible from outside is tested from outside (`tests/e2e`).
//!
//! # How to add one
//!
//! 1. A file named like the use case's, in the room of its noun.
//! 2. A function in `world/use_cases.rs` that makes the use case: no test calls a constructor itself.
//! 3. A table of [`table::Row`]s: every refusal, the success, the repeated request where there is one, a store that
//!    fails, and what each of them leaves in the stores.

mod fakes;
mod table;
mod world;

mod account;
mod admin;
mod captcha;
mod events;
mod kit;
mod provider;
mod session;
mod sign_in;
mod sign_up;
mod upkeep;
mod verification;
