//! Fakes: third parties on the loopback interface that speak the real protocols over real HTTP and misbehave on
//! demand. They are for tests of this crate and of the whole service, never for production, because they ask nobody
//! for a password.

mod github;
mod lie;
mod oidc;
mod person;
mod responder;
mod signer;

pub use github::FakeGitHub;
pub use lie::{FakeEndpoint, Lie, Misbehaviour};
pub use oidc::{FakeClientAuth, FakeOidc};
pub use person::{Approval, Person};
pub use signer::KeySort;
