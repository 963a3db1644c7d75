//! Users, identifiers, credentials, verifications, sessions, and the rules of signing up.
//!
//! Nothing here performs I/O, reads a clock or draws randomness: instants and random bytes are
//! arguments. Every value type is created in one way only (`parse` or a named constructor) and is
//! canonical from then on.

pub mod access;
pub mod accounts;
pub mod admin;
pub mod anonymous;
pub mod captcha;
pub mod client_keys;
pub mod clients;
pub mod credentials;
pub mod error_chain;
pub mod events;
pub mod external_identities;
pub mod fingerprint;
pub mod guesses;
pub mod identifier;
pub mod keyed_hash;
pub mod known_devices;
pub mod limits;
pub mod messages;
pub mod origin;
pub mod outbox;
pub mod payment;
pub mod presence;
pub mod profile;
pub mod proofs;
pub mod provider_flows;
pub mod secret_bytes;
pub mod sends;
mod session_id;
pub mod sessions;
pub mod sign_up;
pub mod text;
mod typed;
mod typed_code;
mod unicode;
pub mod verifications;
pub mod vouchers;

/// An instant in UTC, kept to the microsecond as PostgreSQL keeps it.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
