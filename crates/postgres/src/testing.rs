//! A plain connection for tests: databases to make and to drop, rows to look at, faults to cause.
//! Never for production: it takes any SQL.

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

impl TestConnection {
    /// Connects. Blocking, like everything here.
    ///
    /// # Errors
    /// What the database says.
    pub fn open(url: &str) -> Result<Self, String> {
        PgConnection::establish(url).map(Self).map_err(|error| error.to_string())
    }

    /// Runs statements. One statement alone runs outside a transaction.
    ///
    /// # Errors
    /// What the database says.
    pub fn execute(&mut self, sql: &str) -> Result<(), String> {
        self.0.batch_execute(sql).map_err(|error| error.to_string())
    }

    /// The rows of a query, each an object of its columns.
    ///
    /// # Errors
    /// What the database says.
    pub fn rows(&mut self, query: &str) -> Result<Vec<Value>, String> {
        let sql = format!("SELECT coalesce(json_agg(r), '[]')::text AS rows FROM ({query}) r");
        let answer: Rows = diesel::sql_query(sql).get_result(&mut self.0).map_err(|error| error.to_string())?;
        serde_json::from_str(&answer.rows).map_err(|error| error.to_string())
    }
}
