//! Third parties that vouch for people: where to send the user, and who came back.
//!
//! # How to add one
//!
//! A party that follows OpenID Connect is settings only ([`OidcProvider`]). Any other is a type that implements
//! [`auth_ports::IdentityProvider`] with [`auth_outbound::OutboundHttp`], and a [`Section`](auth_settings::Section) with
//! its settings; here as a folder beside `github`, with `code_flow` and a fake in `testing`, or in a crate of your own.
//! Both are registered together: in a program's `main` or extension, or for one of ours in the server's `ours`. The suite
//! `providers!` of `auth-contracts` is stamped on it, against a fake of the party.
//!
//! # Rules
//!
//! Nothing that a third party says is believed before it is checked, and a misbehaving party never costs more than
//! one bounded call, because every request goes through [`auth_outbound::OutboundHttp`]. The parameters of the
//! authorization-code flow are few enough to be written out in `code_flow`; a library for them would carry answers,
//! and thus tokens, in its errors.

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
pub use oidc::{ClientSecretKey, NonceRule, OidcProvider, OidcSection, OidcSettings};
pub use settings::ProviderSettingsError;
