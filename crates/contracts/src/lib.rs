//! Each port's promises as a test suite, and what else tests need: a manual clock, scripted
//! entropy, samples.
//!
//! # How to put an adapter under contract
//!
//! Write its `tests/contract.rs`: an async function that makes fresh, empty stores, and one line per
//! suite. Each line stamps a module with the suite's name that has one named test per promise.
//!
//! ```text
//! async fn make_stores() -> (auth_contracts::Stores, Guard) { … }
//!
//! auth_contracts::accounts!(make_stores);
//! auth_contracts::sessions!(make_stores);
//! auth_contracts::known_devices!(make_stores);
//! auth_contracts::verifications!(make_stores);
//! auth_contracts::proofs!(make_stores);
//! auth_contracts::provider_flows!(make_stores);
//! auth_contracts::messages!(make_stores);
//! auth_contracts::limits!(make_stores);
//! auth_contracts::users!(make_stores);
//! auth_contracts::admin_keys!(make_stores);
//! auth_contracts::client_keys!(make_stores);
//! auth_contracts::events!(make_stores);
//! auth_contracts::outbox!(make_stores);
//! auth_contracts::upkeep!(make_stores);
//! auth_contracts::refresh_model!(make_stores, 0..300); // the seeds of its schedules
//! ```
//!
//! The second value is a guard (a database, a folder, or `()`). It is dropped after the test, once
//! the stores and the runtime are gone.
//!
//! A store that spends vouchers is also tested with the suite of vouchers, and so is every spender of a team's own.
//! The function makes [`Vouchers`](vouchers::Vouchers): fresh stores that spend vouchers of one kind, and a way to
//! issue them.
//!
//! ```text
//! async fn make_vouchers() -> (auth_contracts::vouchers::Vouchers, Guard) { … }
//!
//! auth_contracts::vouchers!(make_vouchers);
//! ```
//!
//! Suites of adapters that talk to somebody are stamped on a probe, a type of the test that starts the adapter together
//! with a fake of whom it talks to:
//!
//! ```text
//! auth_contracts::senders!(TwilioProbe);        // every sender
//! auth_contracts::remote_senders!(TwilioProbe); // senders that talk to a server
//! auth_contracts::providers!(WeChatProbe);      // identity providers
//! auth_contracts::puzzles!(ImageProbe);         // puzzles of the bot gate
//! ```
//!
//! So are those of what a program registers without an adapter. Each has one named test per promise, so several go into
//! modules of their own:
//!
//! ```text
//! auth_contracts::identifiers!(EmployeeNumberProbe); // kinds of identifiers
//! auth_contracts::scenarios!(InvitationProbe);       // ways to sign up
//! auth_contracts::rules!(NotFromProbe);              // rules before somebody becomes a user
//! auth_contracts::handlers!(ContactsProbe);          // handlers of events
//! ```
//!
//! # How to add a promise
//!
//! Write it in the port's documentation, then as a `pub async fn` in the file that has the port's name
//! here, and add its name to the list at the top of that file. A test fails if the list lacks it.
//!
//! Suites look at stores through ports only. What no port can read shows in what it would prevent:
//! if a refused registration succeeds later with the same ids, it left nothing behind.

mod clock;
mod entropy;
mod race;
mod random;
mod run;
mod stamp;
mod stores;

pub mod accounts;
pub mod admin_keys;
pub mod client_keys;
pub mod events;
pub mod handlers;
pub mod identifiers;
pub mod known_devices;
pub mod limits;
pub mod messages;
pub mod outbox;
pub mod proofs;
pub mod provider_flows;
pub mod providers;
pub mod puzzles;
pub mod refresh_model;
pub mod rules;
pub mod samples;
pub mod scenarios;
pub mod senders;
pub mod sessions;
pub mod upkeep;
pub mod users;
pub mod verifications;
pub mod vouchers;

pub use clock::ManualClock;
pub use entropy::{CountingEntropy, ScriptedEntropy};
pub use race::race;
pub use random::Random;
pub use run::{run, run_alone};
pub use senders::remote as remote_senders;
pub use stores::Stores;
