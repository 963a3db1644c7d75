//! What the application needs from the outside world: one trait per file, with its errors and promises.
//!
//! # How to add a port
//!
//! 1. Write the trait in a file named after its noun. Document what an adapter does on conflict, on absence and
//!    under concurrency.
//! 2. Write one test per promise in `contracts`, under the same file name.
//! 3. Stamp that suite into each adapter's `tests/contract.rs`.
//!
//! # Rules
//!
//! A lookup returns `Option`. When a write returns `Err`, nothing was stored; when it returns `Ok(outcome)`, the
//! outcome itself was stored. One method is one transaction, so what must be stored together is one argument.
//!
//! There is one type for failures, [`Failure`]. Each method that can refuse has an enum of refusals, and [`Halt`]
//! holds either. Two ports describe instead what another party did with a request: [`SendError`] decides whether a
//! message is tried again, and [`ExchangeError`] says whose fault it was.

mod accounts;
mod admin_keys;
mod client_keys;
mod clock;
mod encrypted_requests;
mod entropy;
mod events;
mod failure;
mod halt;
mod known_devices;
mod limits;
mod messages;
mod meter;
mod outbox;
mod passwords;
mod proofs;
mod provider_flows;
mod providers;
mod puzzles;
mod rules;
mod sessions;
mod tokens;
mod upkeep;
mod users;
mod verifications;

pub use accounts::{AccountStore, ChangeRefusal, DeleteRefusal, RegisterRefusal};
pub use admin_keys::AdminKeyStore;
pub use client_keys::ClientKeyStore;
pub use clock::Clock;
pub use encrypted_requests::{DecryptRefusal, EncryptionKey, RequestDecrypter};
pub use entropy::{Entropy, draw};
pub use events::EventStore;
pub use failure::{Cause, Failure};
pub use halt::{Halt, Halted, OrRefuse, refuse};
pub use known_devices::KnownDevices;
pub use limits::RateLimiter;
pub use messages::{
    ChannelPlaces, ClaimMessages, FreePlaces, LatestDue, MessageQueue, MessageSender, SendError, USUAL_PLACES,
};
pub use meter::{GivenUp, Happened, Meter, SessionBeginning};
pub use outbox::{
    ClaimEvents, ClaimedEvents, DeadLetters, DeliveryOutcome, EventHandler, HandleError, Outbox, SettledEvent,
};
pub use passwords::{HashAsker, KeptPlace, PasswordHashReader, PasswordHasher, UnreadableHash, Verdict};
pub use proofs::{CreateProofRefusal, ProofStore, TradeProof, TradeProofRefusal};
pub use provider_flows::ProviderFlowStore;
pub use providers::{ExchangeError, Exchanged, Flow, Grant, IdentityProvider, LocateError, LocateRequest};
pub use puzzles::PuzzleMaker;
pub use rules::{OnFailure, Rule, Ruling, UserToBe};
pub use sessions::{BeginRefusal, BeginSession, RepeatRefusal, RotateRequest, Rotation, SessionStore};
pub use tokens::{AccessTokenChecker, AccessTokenMinter, ClientTokens, KeySetPublisher};
pub use upkeep::{NotReady, UpkeepStore};
pub use users::{CreateRefusal, ImportOutcome, UserStore};
pub use verifications::{SendOutcome, SendRequest, VerificationStore};
