//! The bot gate.

mod gated;

pub use gated::gated_call;
