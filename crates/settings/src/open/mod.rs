//! Sections that belong to adapters: typed beside the adapter that reads them, and unknown here.
//!
//! # Adding a section
//!
//! ```ignore
//! #[derive(Debug, Clone, Deserialize)]
//! #[serde(deny_unknown_fields)]
//! pub struct TwilioSection {
//!     #[serde(deserialize_with = "read::value")]
//!     account: String,
//!     #[serde(deserialize_with = "read::value")]
//!     token: SecretString,
//!     #[serde(default, deserialize_with = "read::optional")]
//!     base: Option<WebAddress>,
//! }
//!
//! impl Section for TwilioSection {
//!     fn check(&self, profile: SettingsProfile) -> Result<(), Problem> {
//!         match &self.base {
//!             Some(base) if profile.is_production() && !base.is_public() => Err(Problem::at("base", "must be …")),
//!             _ => Ok(()),
//!         }
//!     }
//! }
//! ```
//!
//! Fields are read by the functions of [`read`](crate::read), whose messages name the key and its variable and repeat
//! no secret. A field whose type is a secret ([`Setting::SECRET`](crate::Setting::SECRET)) may also be given as
//! `<key>_file`; nothing else declares it.

mod kind;
mod kinds;
mod problem;
mod reading;
mod section;
mod shape;
mod tree;
mod words;

pub use kind::SectionKind;
pub use problem::Problem;
pub use section::{NoSection, Section};
pub(crate) use shape::Shape;
pub use tree::{SectionTree, SetSection};
