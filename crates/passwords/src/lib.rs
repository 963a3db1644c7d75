//! Password hashing: Argon2id off the async threads, a bounded number at once, behind a bounded queue. Hashes that were
//! imported from elsewhere are checked too, and reported as outdated.
//!
//! # How to add a format
//!
//! Write `formats/<name>.rs` with a `read` that refuses hashes that cost too much, and add it to the list in
//! `formats/mod.rs`. If programs spell it otherwise than it is stored, teach `foreign` to translate, and in any case to say
//! what is wrong with one that is refused.

mod costs;
mod faster;
mod foreign;
mod formats;
mod gate;
mod hasher;
mod memory;
mod recipe;

pub use hasher::{Argon2Hasher, HasherSettings, HasherSettingsError};
