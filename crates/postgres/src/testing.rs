//! A plain connection for tests that create and drop databases, inspect rows, and cause faults. It is never for
//! production, because it accepts any SQL.

use std::fmt;

use diesel::connection::SimpleConnection as _;
use diesel::pg::PgConnection;
use diesel::sql_types::Text;
use diesel::{Connection as _, QueryableByName, RunQueryDsl as _};
use serde_json::Value;

/// One connection, without a pool and without limits.
pub struct TestConnection(PgConnection);

#[derive(QueryableByName)]
struct Rows {
    #[diesel(sql_type = Text)]
    rows: String,
}

impl fmt::Debug for TestConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TestConnection(…)")
    }
}

impl TestConnection {
    /// Opens the connection. Like everything here, it blocks.
    ///
    /// # Errors
    /// Returns the database's message.
    pub fn open(url: &str) -> Result<Self, String> {
        PgConnection::establish(url).map(Self).map_err(|error| error.to_string())
    }

    /// Runs statements. A single statement runs outside a transaction.
    ///
    /// # Errors
    /// Returns the database's message.
    pub fn execute(&mut self, sql: &str) -> Result<(), String> {
        self.0.batch_execute(sql).map_err(|error| error.to_string())
    }

    /// Returns the rows of a query, each as an object of its columns.
    ///
    /// # Errors
    /// Returns the database's message.
    pub fn rows(&mut self, query: &str) -> Result<Vec<Value>, String> {
        let sql = format!("SELECT coalesce(json_agg(r), '[]')::text AS rows FROM ({query}) r");
        let answer: Rows = diesel::sql_query(sql).get_result(&mut self.0).map_err(|error| error.to_string())?;
        serde_json::from_str(&answer.rows).map_err(|error| error.to_string())
    }
}
