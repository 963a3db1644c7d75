//! HTTP in, outcome out. The folders are named like those of `application`; the version of the wire protocol stands in
//! the paths only.
//!
//! # How to add an endpoint
//!
//! One file in the folder of its noun with, in this order: errors, request, response, handler; and one line in the
//! table of that folder's `mod.rs`, which gives the route and the document's part together. Handlers turn a body into a
//! command and an outcome into an answer; what happens in between is `application`'s business. A crate of somebody
//! else's makes a table of its own: see [`endpoints`].

mod account;
pub mod admin;
pub mod answers;
mod apps;
mod captcha;
mod connection;
pub mod endpoints;
pub mod error;
pub mod extract;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod in_progress;
mod middleware;
mod openapi;
mod options;
mod pace;
mod pages;
mod provider;
mod rate_limit;
mod session;
mod sign_in;
mod sign_up;
mod upkeep;
mod use_cases;
mod verification;

pub use account::AccountUseCases;
pub use apps::{AdminApp, PublicApp};
pub use captcha::{CaptchaUseCases, gated_call};
pub use connection::{Connection, OfConnection};
pub use in_progress::InProgress;
pub use openapi::{admin_document, public_document};
pub use options::{Answered, CorsOrigins, ForwardedHeader, HttpOptions, Observer, Tracer};
pub use pace::Pace;
pub use pages::{LocalPage, ShownMessage};
pub use provider::{ProviderUseCases, provider_callback};
pub use session::SessionUseCases;
pub use sign_in::SignInUseCases;
pub use sign_up::{SignUpUseCases, scenario_fields};
pub use upkeep::{MetricsPage, UpkeepUseCases};
pub use use_cases::{UseCases, admin_endpoints, public_endpoints};
pub use verification::VerificationUseCases;
/// The versions that handlers and their documentation are written against.
pub use {actix_web, utoipa};
