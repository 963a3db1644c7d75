//! The admin backend, on the admin listener only. The path in the URL is the path in this folder.
//!
//! # How to add an endpoint
//!
//! One file with, in this order: errors, request, response, handler. One line in `routes.rs`, one in
//! `openapi.rs`; a test fails when they differ. A handler's first argument is [`caller::MayRead`] or
//! [`caller::MayWrite`], which reads the rest of the request only after it has recognised the key.

mod answers;
mod caller;
mod cursor;
mod errors;
mod events;
pub mod import;
mod openapi;
mod routes;
mod url;
mod use_cases;
mod users;

pub use openapi::document;
pub(crate) use openapi::serve as serve_openapi;
pub(crate) use routes::configure;
pub use use_cases::AdminUseCases;
