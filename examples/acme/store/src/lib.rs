//! Stores for demonstrations: in memory, without PostgreSQL, and gone with the process, which says at its end how many
//! accounts there were.
//!
//! It shows how a store takes the place of PostgreSQL, and how one port is wrapped while the others stay as they are.

mod counted;
mod storage;

use auth_extension::{Extension, Kit, StorePart};
use auth_settings::NoSection;

pub use counted::{CountedAccounts, Counts};
pub use storage::DemoStorage;

/// The stores, in place of PostgreSQL.
#[must_use]
pub fn extension() -> Extension {
    Extension::new("acme-store")
        .storage("demo", |_: NoSection, parts: &[StorePart], kit: &Kit| Ok(Box::new(DemoStorage::open(parts, kit)?)))
}
