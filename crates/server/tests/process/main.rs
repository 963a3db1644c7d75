//! The program as its operator meets it: the real binary, real signals, a real PostgreSQL.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as the tests do")]

mod commands;
mod connections;
mod crashes;
mod http;
mod operators;
mod outbound_tls;
mod output;
mod person;
mod production;
mod raw_http;
mod receivers;
mod refusals;
mod server;
mod server_key;
mod signing_keys;
mod start_and_stop;
mod tls;
mod waiting;
