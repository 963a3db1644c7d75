//! Credentials: passwords as people choose them, their hashes, and which passwords are refused.

mod guessable;
mod opaque;
mod password;

pub use guessable::{BreachedPasswords, Digest, is_guessable};
pub use password::{Password, PasswordError, PasswordHash, PasswordPolicy};
