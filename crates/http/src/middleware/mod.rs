//! What surrounds every request: id, log, CORS, and answers to panics.

pub(crate) mod cors;
mod other_errors;
mod panics;
mod request_log;

pub(crate) use cors::cors;
pub(crate) use other_errors::other_errors;
pub(crate) use panics::panics;
pub(crate) use request_log::request_log;
