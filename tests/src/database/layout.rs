//! In which layout a test's database stores its rows.

use auth_postgres::Layout;

/// How many layouts there are.
pub(super) const LAYOUTS: usize = 2;

/// Returns the layout of the databases in this run. `just sharded` sets `TEST_LAYOUT`.
///
/// # Panics
/// If the variable names no layout.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "a variable of the tests; those of the service are an argument")]
pub fn layout_of_this_run() -> Layout {
    match std::env::var("TEST_LAYOUT").as_deref() {
        Err(_) | Ok("" | "single") => Layout::Single,
        Ok("sharded") => Layout::Sharded,
        Ok(other) => panic!("TEST_LAYOUT is {other:?} and neither \"single\" nor \"sharded\""),
    }
}

/// Returns a word for names of databases.
pub(super) fn word(layout: Layout) -> &'static str {
    match layout {
        Layout::Single => "template",
        Layout::Sharded => "sharded",
    }
}
