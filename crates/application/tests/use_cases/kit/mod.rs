//! What use cases share.

mod gate;
mod hashes;
mod rules;
