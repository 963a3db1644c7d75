//! What use cases share.

mod gate;
mod hashes;
mod rotation;
mod rules;
