//! Types of single settings, and how they are read.

mod breadth;
mod country;
mod database_url;
mod given;
mod machine;
mod origins;
pub mod read;
mod simple;
mod web;

pub(crate) use breadth::{covers_more_than_anybody_has, is_inner, is_private};
pub use database_url::DatabaseUrl;
pub(crate) use given::SECRET;
pub use given::{Given, Setting};
pub use machine::is_this_machine;
pub use origins::AllowedOrigins;
pub(crate) use origins::{optional_origins, origins};
pub use web::{RedirectUri, WebAddress};
