//! The schema: its steps, the record of those that ran, and the lock under which they run.
//!
//! Nothing is created but under the lock, except the lock itself: asking which steps are missing only reads, so that it
//! can be asked by a role that may not create tables, and while somebody else migrates.

mod lock;
mod record;
mod steps;

pub use steps::{MigrationError, Migrations};
