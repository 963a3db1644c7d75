//! Access tokens: JSON Web Tokens (RFC 9068) that this service signs, checks, and lets others check
//! with a published key set (RFC 7517).
//!
//! A [`KeyRing`] does all of this. Its keys come from files that an operator lists ([`load_files`]), or from a
//! [`KeyFolder`], in which each key has its time and which makes its keys itself.
//!
//! The key to which clients encrypt requests is here too, because it is kept in the same way: [`RsaRequestDecrypter`].

mod algorithm;
mod checked;
mod claims;
mod client_claims;
mod key_file;
mod key_folder;
mod key_ring;
mod key_ring_settings;
mod public_key;
mod request_decrypter;
mod request_key;
mod rotation;
mod signing_key;
mod signing_keys;

pub use algorithm::Algorithm;
pub use key_file::write_first;
pub use key_folder::{KeyFileError, KeyFolder, load_files};
pub use key_ring::KeyRing;
pub use key_ring_settings::KeyRingSettings;
pub use request_decrypter::{RequestKeySource, RsaRequestDecrypter};
pub use request_key::RequestKey;
pub use rotation::{RetireError, RotateError};
pub use signing_key::{KeyError, SigningKey};
pub use signing_keys::{KeySchedule, KeyState, ScheduledKey, SigningKeys};
