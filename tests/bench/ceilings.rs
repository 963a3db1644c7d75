//! The ceilings: what PostgreSQL alone does under pgbench of the least that a sign-up and a refresh write, in tables of
//! their own. They do not change with the service, so its bars are shares of them.

use crate::Failure;
use crate::database::Database;
use crate::pgbench::Script;

const SCHEMA: &str = include_str!("limits/schema.sql");
/// A user, an identifier and a session: three inserts in a transaction.
const SIGN_UP: Script = Script(include_str!("limits/signup.sql"));
/// The same three in one statement.
const SIGN_UP_AT_ONCE: Script = Script(include_str!("limits/signup-cte.sql"));
/// A new hash in the row of one of the sessions of [`NUMBERED`].
const REFRESH: Script = Script(include_str!("limits/refresh.sql"));
/// How many sessions there must be, by the script.
const SESSIONS: u64 = 10_000;
const NUMBERED: &str = "CREATE TABLE limits.rotating AS SELECT row_number() OVER () AS n, id FROM limits.sessions; \
    ALTER TABLE limits.rotating ADD PRIMARY KEY (n)";

/// The tables in which ceilings are measured, over as many connections as the service has.
pub(crate) struct Ceilings<'a> {
    database: &'a Database,
    connections: u64,
}

impl<'a> Ceilings<'a> {
    /// Makes the tables and fills them, so that nothing is measured on empty ones.
    pub(crate) fn prepare(database: &'a Database, connections: u64) -> Result<Self, Failure> {
        database.run(SCHEMA)?;
        let ceilings = Self { database, connections };
        ceilings.sign_ups(SESSIONS.div_ceil(connections))?;
        database.run(NUMBERED)?;
        for table in ["users", "identifiers", "sessions", "rotating"] {
            database.run(&format!("VACUUM ANALYZE limits.{table}"))?;
        }
        Ok(ceilings)
    }

    /// Sign-ups per second, with so many on each connection.
    pub(crate) fn sign_ups(&self, each: u64) -> Result<f64, Failure> {
        self.rate(&SIGN_UP, each)
    }

    /// The same, in one statement each.
    pub(crate) fn sign_ups_at_once(&self, each: u64) -> Result<f64, Failure> {
        self.rate(&SIGN_UP_AT_ONCE, each)
    }

    /// Refreshes per second, with so many on each connection.
    pub(crate) fn refreshes(&self, each: u64) -> Result<f64, Failure> {
        self.rate(&REFRESH, each)
    }

    fn rate(&self, script: &Script, each: u64) -> Result<f64, Failure> {
        // These scripts draw their numbers.
        script.run(self.database, 0, self.connections, each)
    }
}
