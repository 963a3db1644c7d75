//! What surrounds every handler: request id, log, CORS, a bound on requests, and answers in the contract's shape.

pub(crate) mod cors;
mod head;
mod other_errors;
mod pace;
mod panics;
mod request_log;
mod underway;

pub(crate) use cors::{cors, foreign_page};
pub(crate) use other_errors::other_errors;
pub(crate) use pace::pace;
pub(crate) use panics::panics;
pub(crate) use request_log::request_log;
pub(crate) use underway::{CLIENT_GONE, Reached};
