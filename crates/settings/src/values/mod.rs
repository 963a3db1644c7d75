//! Types of single settings, and how they are read.

mod calling_code;
mod database_url;
mod given;
mod origins;
pub mod read;
mod simple;
mod web;

pub use calling_code::CallingCode;
pub use database_url::DatabaseUrl;
pub(crate) use given::SECRET;
pub use given::{Given, Setting};
pub use origins::AllowedOrigins;
pub(crate) use origins::{optional_origins, origins};
pub use web::{RedirectUri, WebAddress};
