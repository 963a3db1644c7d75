//! What the application needs from the world: one trait a file, with its errors and promises.
//!
//! # How to add a port
//!
//! 1. Write the trait in a file named after its noun. Say in its documentation what an adapter does
//!    on conflict, on absence and under concurrency.
//! 2. Write one test a promise in `contracts`, under the same file name.
//! 3. Stamp that suite into each adapter's `tests/contract.rs`.
//!
//! # Rules
//!
//! A lookup returns `Option`. A write's `Err` means that nothing was stored; `Ok(outcome)` means that
//! the outcome itself was. One method is one transaction: what must go together is one argument.

mod accounts;
mod admin_keys;
mod clock;
mod encrypted_requests;
mod entropy;
mod error;
mod events;
mod limits;
mod messages;
mod passwords;
mod proofs;
mod providers;
mod sessions;
mod tokens;
mod upkeep;
mod users;
mod verifications;

pub use accounts::{AccountStore, ChangeError, DeleteError, RegisterError};
pub use admin_keys::AdminKeyStore;
pub use clock::Clock;
pub use encrypted_requests::{DecryptError, EncryptionKey, RequestDecrypter};
pub use entropy::{Entropy, draw};
pub use error::{Cause, StoreError};
pub use events::EventStore;
pub use limits::RateLimiter;
pub use messages::{MessageQueue, MessageSender, SendError};
pub use passwords::{HashError, PasswordHashReader, PasswordHasher, Verdict};
pub use proofs::{CreateProofError, ProofPayment, ProofStore, TradeProofError};
pub use providers::{ExchangeError, Exchanged, Flow, Grant, IdentityProvider, LocateError, LocateRequest};
pub use sessions::{BeginError, BeginOutcome, BeginSession, RotateRequest, Rotation, SessionStore};
pub use tokens::{AccessTokenChecker, AccessTokenMinter, ClientTokens, KeySetPublisher, MintError};
pub use upkeep::UpkeepStore;
pub use users::{CreateError, ImportOutcome, UserStore};
pub use verifications::{SendOutcome, SendRequest, VerificationStore};
