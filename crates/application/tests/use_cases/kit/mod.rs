//! What use cases share.

mod hashes;
mod rules;
