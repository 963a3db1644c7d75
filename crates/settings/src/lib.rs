//! Layered configuration, typed and checked before anything starts.
//!
//! Layers, each winning over those before it, key by key:
//!
//! 1. `config/default.toml` and `config/<profile>.toml` as they were when the program was built;
//!    a file of the same name in the configuration folder is laid over its built-in twin;
//! 2. `DATABASE_URL`;
//! 3. variables `AUTH__SECTION__KEY`.
//!
//! A problem is one sentence that names the key and its variable, and never repeats a secret.
//!
//! # Adding a setting
//! A field in its section's file (`sections/<section>.rs`), with the limits in its
//! `deserialize_with`; a commented line in `config/default.toml`. The tests compare the two.
//! Another default in one profile is a line in that profile's file, not code.
//!
//! # Values that switch a protection off
//! A [`Danger`] of the section: production refuses it unless a key `allow_…` of the section accepts it. The table in
//! `docs/settings.md` says which there are.
//!
//! # Adding a section of an adapter's
//! What an adapter reads (an SMS vendor, a kind of provider, a rule) is no part of [`Settings`]: it is a [`Section`]
//! beside the adapter, in whichever crate that is, and is registered together with it. [`SectionTree`] hands it out
//! before unknown keys are refused.

mod danger;
mod environment;
mod error;
mod load;
mod open;
mod profile;
mod proxies;
mod sections;
mod settings;
mod values;

pub use danger::Danger;
pub use environment::Environment;
pub use error::SettingsError;
pub use load::Source;
pub use open::{NoSection, Problem, Section, SectionKind, SectionTree, SetSection};
pub use profile::SettingsProfile;
pub use proxies::ProxyVariables;
pub use sections::*;
pub use settings::Settings;
pub use values::{AllowedOrigins, DatabaseUrl, Given, RedirectUri, Setting, WebAddress, is_this_machine, read};
