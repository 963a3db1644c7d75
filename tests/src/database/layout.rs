//! On what a test's database stores its rows.

/// How the tables of a test's database are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// As the migrations make them.
    Single,
    /// Each partitioned by a hash of the column by which engines of several nodes would spread it, as a stand-in for
    /// them: PostgreSQL then refuses the same constraints, names the others anew for each partition, and its plans show
    /// the partitions that a statement touches.
    Sharded,
}

impl Layout {
    /// All layouts.
    pub const ALL: [Self; 2] = [Self::Single, Self::Sharded];

    /// Returns the layout that the tests of the whole service run on. `just sharded` sets `TEST_LAYOUT`.
    ///
    /// # Panics
    /// If the variable names no layout.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "a variable of the tests; those of the service are an argument")]
    pub fn of_this_run() -> Self {
        match std::env::var("TEST_LAYOUT").as_deref() {
            Err(_) | Ok("" | "single") => Self::Single,
            Ok("sharded") => Self::Sharded,
            Ok(other) => panic!("TEST_LAYOUT is {other:?} and neither \"single\" nor \"sharded\""),
        }
    }

    /// Returns a word for names of databases.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Single => "template",
            Self::Sharded => "sharded",
        }
    }
}
