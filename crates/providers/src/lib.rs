//! Third parties that vouch for people: where to send the user, and who came back.
//!
//! # How to add one
//!
//! A party that follows OpenID Connect is settings only ([`OidcProvider`]). Any other is a file beside
//! `github.rs` that implements [`auth_ports::IdentityProvider`] with [`auth_outbound::OutboundHttp`] and `code_flow`,
//! a fake in `testing`, and its rows in `tests/contract`.
//!
//! # Rules
//!
//! What a third party says is never believed before it is checked, and what it does never costs more
//! than one bounded call: every request goes through [`auth_outbound::OutboundHttp`]. The parameters of the
//! authorization-code flow are few enough to be written out in `code_flow`; a library for them would
//! carry answers, and so tokens, in its errors.

mod cached;
mod code_flow;
mod fault;
mod github;
mod oidc;
mod party;
mod profile;
mod refusals;
mod settings;
#[cfg(feature = "testing")]
pub mod testing;

pub use github::{GitHubProvider, GitHubSection, GitHubSettings};
#[cfg(feature = "fuzzing")]
pub use oidc::fuzzing;
pub use oidc::{OidcProvider, OidcSection, OidcSettings};
pub use settings::SettingsError;
