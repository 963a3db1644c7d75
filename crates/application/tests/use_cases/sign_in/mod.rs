//! Signing in.

mod anonymously;
mod decrypt_request;
mod from_earlier_versions;
mod guesses;
mod hashes_checked;
mod with_code;
mod with_password;
mod with_provider;
