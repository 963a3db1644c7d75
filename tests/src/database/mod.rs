//! Databases for tests: one server per run, one migrated template of each layout in it, one clone per test. A clone in
//! which a test changed nothing but rows is emptied and reused, which takes a tenth of the time of a new one.

mod explained;
mod layout;
mod server;
mod stand_in;
mod template;
mod test_database;

pub use explained::{Explained, ExplainedStatement, Touched};
pub use layout::layout_of_this_run;
pub use test_database::TestDatabase;
