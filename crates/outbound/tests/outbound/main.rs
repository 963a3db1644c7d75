//! The limits of the client, and the addresses that it may call.

#![expect(clippy::unwrap_used, reason = "what sets a test up is part of the test")]

mod address_policy;
mod limits;
mod server;
