//! Access tokens: JSON Web Tokens (RFC 9068) that this service signs, checks, and lets others check
//! with a published key set (RFC 7517).
//!
//! A [`KeyRing`] is all of it; its keys come from files ([`load_files`]) or from a folder that makes
//! its first key itself ([`load_or_create`]).

mod algorithm;
mod claims;
mod key_folder;
mod key_ring;
mod public_key;
mod signing_key;

pub use algorithm::Algorithm;
pub use key_folder::{KeyFileError, load_files, load_or_create};
pub use key_ring::{KeyRing, SigningKeys, TokenSettings};
pub use signing_key::{KeyError, SigningKey};
