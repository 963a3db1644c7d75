//! HTTP in, outcome out. The path in the URL is the path in this folder.
//!
//! # How to add an endpoint
//!
//! One file under `v1/` with, in this order: errors, request, response, handler. One line in
//! `routes.rs`, one in `openapi.rs`; a test fails when they differ. Handlers turn a body into a command
//! and an outcome into an answer; what happens in between is `application`'s business.

pub mod admin;
mod endpoint;
pub mod error;
mod extract;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod health;
mod middleware;
pub mod openapi;
mod options;
mod routes;
mod service;
mod v1;
mod v2;

pub use options::{AllowedOrigins, HttpOptions, UseCases};
pub use service::{admin_app, public_app};
