//! The pages for people: the first page, the documentation, and the console of operators.
//!
//! They are plain files in the program. Nothing is built, and nothing is fetched from elsewhere: see
//! [`files::POLICY`].

mod console;
mod docs;
mod files;
mod first;
mod local;

pub(crate) use self::console::{CONSOLE, ROOT, console};
pub(crate) use self::docs::{DOCS, docs};
pub(crate) use self::first::root;
pub use self::local::{LocalPage, ShownMessage};
