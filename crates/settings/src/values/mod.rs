//! Types of single settings, and how they are read.

mod database_url;
mod given;
mod origins;
pub(crate) mod read;
mod simple;
mod smtp_url;
mod web;

pub use database_url::DatabaseUrl;
pub(crate) use given::{Given, Setting};
pub use origins::AllowedOrigins;
pub(crate) use origins::{optional_origins, origins};
pub use smtp_url::SmtpUrl;
pub use web::{RedirectUri, WebAddress};
