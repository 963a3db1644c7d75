//! The schema: its migrations, the record of those that have run, and the lock under which they run.
//!
//! Everything is created under the lock, except the lock itself. Asking which migrations are missing only reads, so a
//! role that may not create tables can ask, and so can anybody while somebody else migrates.

mod backfill;
mod gently;
mod lock;
mod record;
mod requirements;
mod steps;

pub use backfill::Unfinished;
pub(crate) use record::newest_migration;
pub use steps::{MigrationError, Migrations, SchemaStanding};
