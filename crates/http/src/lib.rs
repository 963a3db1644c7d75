//! HTTP in, outcome out. The folders are named like those of `application`; the version of the wire protocol stands in
//! the paths only.
//!
//! # How to add an endpoint
//!
//! One file in the folder of its noun with, in this order: errors, request, response, handler. One line in
//! `routes.rs`, one in `openapi.rs`; a test fails when they differ. Handlers turn a body into a command
//! and an outcome into an answer; what happens in between is `application`'s business.

mod account;
pub mod admin;
mod answers;
mod endpoint;
pub mod error;
mod extract;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod middleware;
pub mod openapi;
mod options;
mod provider;
mod routes;
mod service;
mod session;
mod sign_in;
mod sign_up;
mod upkeep;
mod verification;

pub use options::{AllowedOrigins, HttpOptions, UseCases};
pub use service::{admin_app, public_app};
