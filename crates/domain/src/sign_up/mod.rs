//! Signing up: what a request claims, what must be proven, and what is stored once it is proven.
//!
//! To add a way to sign up, implement [`Scenario`] in a file of its own under `scenarios/` (or in a
//! crate that depends on this one) and register it in the program's `main`.

mod claims;
mod new_account;
mod plan;
mod refusal;
mod registered;
mod scenario;
pub mod scenarios;

pub use claims::Claims;
pub use new_account::NewAccount;
pub use plan::Plan;
pub use refusal::Refusal;
pub use registered::{ScenarioProblem, Scenarios};
pub use scenario::{OwnField, Scenario};
