//! What use cases share.

mod gate;
mod rules;
