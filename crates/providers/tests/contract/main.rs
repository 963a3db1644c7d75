//! The promises of the port, against fakes that speak the real protocols and, on demand, lie.

#![expect(clippy::unwrap_used, reason = "what sets a test up is part of the test")]

mod address_policy;
mod apple;
mod code_flow;
mod entra;
mod github;
mod id_token;
mod key_rotation;
mod misbehaviour;
mod promises;
mod settings;
mod support;
