//! Signing in.

mod with_code;
mod with_password;
