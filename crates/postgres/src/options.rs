//! What is told about a database.

use std::time::Duration;

/// How statements are given to the database.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Statements {
    /// Each is prepared once per connection, under a name. The connections must be ours for as long as they live.
    #[default]
    Named,
    /// None has a name, nothing is remembered, and every call is one transaction. This works where a pooler hands the
    /// connections of the server to another client after each transaction.
    Unnamed,
}

/// What to connect to, and with how many connections.
#[derive(Clone)]
pub struct DatabaseOptions {
    /// The libpq connection URI, which is a secret.
    pub url: String,
    /// The largest number of connections, which is also how many calls run at once.
    pub pool_size: u32,
    /// How long a call waits for a connection before it fails as unavailable.
    pub acquire_timeout: Duration,
    /// How long a call may take in all, from when it is asked for, or as long as `acquire_timeout` if that is longer.
    /// Then it fails as unavailable and its connection is not used again. Work for which nobody waits, such as the
    /// sweep, is allowed 15 s at least.
    pub call_timeout: Duration,
    /// How statements are given to the database.
    pub statements: Statements,
}

impl DatabaseOptions {
    /// Eight connections, five seconds for everything, and named statements.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            pool_size: 8,
            acquire_timeout: Duration::from_secs(5),
            call_timeout: Duration::from_secs(5),
            statements: Statements::Named,
        }
    }

    pub(crate) fn longest_call(&self) -> Duration {
        self.call_timeout.max(self.acquire_timeout)
    }
}
