//! The two listeners: HTTP on a stream of our own, and how many connections with how much memory they may have.

mod closing;
mod connection;
mod connections;
mod last_to_come;
mod limits;
mod newcomers;
mod open_files;
mod place;
mod plain_errors;
mod report;
mod requests;
mod serve_on;
mod stream;
#[cfg(test)]
mod tests;

pub(crate) use last_to_come::accept_the_last;
pub(crate) use limits::ConnectionLimits;
pub(crate) use open_files::{OpenFiles, raise_open_files};
pub(crate) use serve_on::serve_on;
