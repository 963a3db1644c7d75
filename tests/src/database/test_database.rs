//! A database of a test's own.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use auth_domain::text::hexadecimal;
use auth_ports::draw;
use auth_postgres::Layout;
use auth_postgres::testing::TestConnection;
use auth_server::OsEntropy;
use serde_json::Value;

use super::layout::LAYOUTS;
use super::server::{Server, administer, server};
use super::template::template;

/// A clone that is not in use, by its name, and connections to it.
type Emptied = (String, Vec<TestConnection>);

/// Clones of each layout that are not in use.
static EMPTIED: [Mutex<Vec<Emptied>>; LAYOUTS] = [Mutex::new(Vec::new()), Mutex::new(Vec::new())];

/// A database for one test only, which nobody else uses as long as this value exists. Its methods block.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    url: String,
    layout: Layout,
    /// Whether nothing but rows can have changed.
    has_its_schema: AtomicBool,
    /// Connections that are not in use. A new one costs the server more than most of what it is asked.
    kept: Mutex<Vec<TestConnection>>,
}

impl TestDatabase {
    /// An empty database with the current schema.
    ///
    /// # Panics
    /// If no PostgreSQL is available, or it refuses.
    #[must_use]
    pub fn create() -> Self {
        Self::laid_out(Layout::Single)
    }

    /// An empty database with the current schema in this layout.
    ///
    /// # Panics
    /// If no PostgreSQL is available, or it refuses.
    #[must_use]
    pub fn laid_out(layout: Layout) -> Self {
        let emptied = EMPTIED[layout as usize].lock().unwrap_or_else(PoisonError::into_inner).pop();
        match emptied {
            Some((name, kept)) => {
                let database = Self::named(name, layout, true);
                *database.kept() = kept;
                database
            }
            None => Self::make(&format!("TEMPLATE \"{}\"", template(layout)), layout, true),
        }
    }

    /// A database without a schema.
    ///
    /// # Panics
    /// If no PostgreSQL is available, or it refuses.
    #[must_use]
    pub fn without_schema() -> Self {
        Self::make("TEMPLATE template0", Layout::Single, false)
    }

    fn named(name: String, layout: Layout, has_its_schema: bool) -> Self {
        let url = server().url(&name);
        Self { name, url, layout, has_its_schema: AtomicBool::new(has_its_schema), kept: Mutex::default() }
    }

    fn make(template: &str, layout: Layout, has_its_schema: bool) -> Self {
        let random = hexadecimal(&draw::<8>(&OsEntropy));
        let name = format!("auth_test_{random}");
        let made = administer().execute(&format!("CREATE DATABASE \"{name}\" {template}"));
        made.unwrap_or_else(|error| panic!("CREATE DATABASE {name}: {error}"));
        Self::named(name, layout, has_its_schema)
    }

    /// The database's libpq connection URI.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The database's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How its tables are laid out.
    #[must_use]
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// A new connection to the database.
    ///
    /// # Panics
    /// If there is none to be had.
    #[must_use]
    pub fn connect(&self) -> TestConnection {
        self.schema_changes();
        self.open()
    }

    /// From now on more than rows may change, so that no other test gets this clone.
    pub(crate) fn schema_changes(&self) {
        self.has_its_schema.store(false, Ordering::Relaxed);
    }

    fn open(&self) -> TestConnection {
        TestConnection::open(&self.url).unwrap_or_else(|error| panic!("connecting to {}: {error}", self.name))
    }

    /// Executes statements.
    ///
    /// # Panics
    /// If the database refuses.
    pub fn execute(&self, sql: &str) {
        let executed = if ["UPDATE ", "INSERT INTO "].iter().any(|rows_only| sql.starts_with(rows_only)) {
            self.on_a_connection(|connection| connection.execute(sql))
        } else {
            self.connect().execute(sql)
        };
        executed.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// The rows of a query.
    ///
    /// # Panics
    /// If the database refuses.
    #[must_use]
    pub fn rows(&self, query: &str) -> Vec<Value> {
        self.on_a_connection(|connection| connection.rows(query)).unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    /// Counts the rows of `what`, such as `users WHERE status = 'ACTIVE'`.
    ///
    /// # Panics
    /// If the database refuses.
    #[must_use]
    pub fn count(&self, what: &str) -> i64 {
        let rows = self.rows(&format!("SELECT count(*) AS n FROM {what}"));
        rows.first().and_then(|row| row["n"].as_i64()).expect("a count is one number")
    }

    /// Ends every connection to the database except this one, as a restart of the server does.
    ///
    /// # Panics
    /// If the database refuses.
    pub fn disconnect_everybody(&self) {
        let sql = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}' AND pid <> pg_backend_pid()",
            self.name
        );
        administer().execute(&sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// Allows or forbids new connections. Forbidding them also ends the existing ones.
    ///
    /// # Panics
    /// If the database server refuses.
    pub fn let_in(&self, anybody: bool) {
        self.schema_changes();
        let sql = format!("ALTER DATABASE \"{}\" ALLOW_CONNECTIONS {anybody}", self.name);
        administer().execute(&sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        if !anybody {
            self.disconnect_everybody();
        }
    }
}

impl TestDatabase {
    /// Does what leaves nothing behind on a connection that is kept, if there is one that works.
    fn on_a_connection<T>(&self, work: impl Fn(&mut TestConnection) -> Result<T, String>) -> Result<T, String> {
        let kept = self.kept().pop();
        let done_on = |mut connection: TestConnection| work(&mut connection).map(|done| (done, connection));
        let done = match kept.map(&done_on) {
            Some(Ok(done)) => Ok(done),
            // Somebody may have ended it.
            Some(Err(_)) | None => TestConnection::open(&self.url).and_then(done_on),
        };
        done.map(|(done, connection)| {
            self.kept().push(connection);
            done
        })
    }

    fn kept(&self) -> MutexGuard<'_, Vec<TestConnection>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the remaining connections and removes every row.
    fn empty(&self) -> Result<(), String> {
        self.kept().truncate(1);
        self.on_a_connection(|connection| {
            // Waits for each, and for any that reconnect: work whose caller has gone may still be under way.
            end_the_others(connection)?;
            let emptying = emptying(self.layout, connection)?;
            connection.execute(emptying)?;
            if connection.rows(ENDED_CONNECTIONS)?.is_empty() {
                Ok(())
            } else {
                Err("somebody is still connected".to_owned())
            }
        })
    }
}

/// How long the server gets to notice that connections have ended. It looks for itself ten times per second only.
const A_MOMENT: Duration = Duration::from_millis(2);

fn end_the_others(connection: &mut TestConnection) -> Result<(), String> {
    for _ in 0..10_000 {
        if connection.rows(ENDED_CONNECTIONS)?.is_empty() {
            return Ok(());
        }
        std::thread::sleep(A_MOMENT);
    }
    Err("somebody is still connected".to_owned())
}

const ENDED_CONNECTIONS: &str = "SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity \
    WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// Statements that delete all rows of every table except the list of migrations.
fn emptying(layout: Layout, connection: &mut TestConnection) -> Result<&'static str, String> {
    static SQL: [OnceLock<String>; LAYOUTS] = [OnceLock::new(), OnceLock::new()];
    let sql = &SQL[layout as usize];
    if sql.get().is_none() {
        let tables = connection.rows(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') \
             AND NOT relispartition AND relname NOT LIKE '\\_\\_diesel%'",
        )?;
        let names = tables.iter().filter_map(|row| row["relname"].as_str());
        let deletes: String = names.map(|name| format!("DELETE FROM \"{name}\";")).collect();
        // Rows that refer to others go, too, so that there is nothing to check.
        let _ = sql.set(format!("BEGIN; SET LOCAL session_replication_role = replica; {deletes} COMMIT"));
    }
    Ok(sql.get().map_or("", String::as_str))
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // Nothing may be left on a server that keeps running after the tests.
        let is_used_again = matches!(server(), Server::Cluster(_))
            && self.has_its_schema.load(Ordering::Relaxed)
            && !std::thread::panicking();
        if is_used_again && self.empty().is_ok() {
            let emptied = (std::mem::take(&mut self.name), std::mem::take(&mut *self.kept()));
            EMPTIED[self.layout as usize].lock().unwrap_or_else(PoisonError::into_inner).push(emptied);
            return;
        }
        let dropped = administer().execute(&format!("DROP DATABASE IF EXISTS \"{}\" WITH (FORCE)", self.name));
        if let Err(error) = dropped
            && !std::thread::panicking()
        {
            panic!("DROP DATABASE {}: {error}", self.name);
        }
    }
}
