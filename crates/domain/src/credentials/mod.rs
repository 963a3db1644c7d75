//! Credentials: passwords as people choose them, their hashes, and which passwords are refused.

mod common;
mod password;

pub use common::is_common;
pub use password::{Password, PasswordError, PasswordHash, PasswordPolicy};
