//! Databases for tests: one server per run, one migrated template in it, one clone per test. A clone in which a
//! test changed nothing but rows is emptied and reused, which takes a tenth of the time of a new one.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use auth_embedded_postgres::{Host, SharedCluster, shared_throwaway};
use auth_ports::draw;
use auth_postgres::Migrations;
use auth_postgres::testing::TestConnection;
use auth_server::OsEntropy;
use serde_json::Value;

/// Serialises the creation of the template on a server that others may use, too.
const TEMPLATE_LOCK: &str = "SELECT pg_advisory_lock(7100313008012005)";

/// Clones that are not in use, and connections to them.
static EMPTIED: Mutex<Vec<(String, Vec<TestConnection>)>> = Mutex::new(Vec::new());

/// A database for one test only, which nobody else uses as long as this value exists. Its methods block.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    url: String,
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
        let emptied = EMPTIED.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match emptied {
            Some((name, kept)) => Self::named(name, true, kept),
            None => Self::make(&format!("TEMPLATE \"{}\"", template()), true),
        }
    }

    /// A database without a schema.
    ///
    /// # Panics
    /// If no PostgreSQL is available, or it refuses.
    #[must_use]
    pub fn without_schema() -> Self {
        Self::make("TEMPLATE template0", false)
    }

    fn named(name: String, has_its_schema: bool, kept: Vec<TestConnection>) -> Self {
        let url = server().url(&name);
        Self { name, url, has_its_schema: AtomicBool::new(has_its_schema), kept: Mutex::new(kept) }
    }

    fn make(template: &str, has_its_schema: bool) -> Self {
        let random: String = draw::<8>(&OsEntropy).iter().map(|byte| format!("{byte:02x}")).collect();
        let name = format!("auth_test_{random}");
        let made = administer().execute(&format!("CREATE DATABASE \"{name}\" {template}"));
        made.unwrap_or_else(|error| panic!("CREATE DATABASE {name}: {error}"));
        Self::named(name, has_its_schema, Vec::new())
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
            let emptying = emptying(connection)?;
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
fn emptying(connection: &mut TestConnection) -> Result<&'static str, String> {
    static SQL: OnceLock<String> = OnceLock::new();
    if SQL.get().is_none() {
        let tables = connection.rows(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '\\_\\_diesel%'",
        )?;
        let names = tables.iter().filter_map(|row| row["tablename"].as_str());
        let deletes: String = names.map(|name| format!("DELETE FROM \"{name}\";")).collect();
        // Rows that refer to others go, too, so that there is nothing to check.
        let _ = SQL.set(format!("BEGIN; SET LOCAL session_replication_role = replica; {deletes} COMMIT"));
    }
    Ok(SQL.get().map_or("", String::as_str))
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // Nothing may be left on a server that keeps running after the tests.
        let is_used_again = matches!(server(), Server::Cluster(_))
            && self.has_its_schema.load(Ordering::Relaxed)
            && !std::thread::panicking();
        if is_used_again && self.empty().is_ok() {
            let emptied = (std::mem::take(&mut self.name), std::mem::take(&mut *self.kept()));
            EMPTIED.lock().unwrap_or_else(PoisonError::into_inner).push(emptied);
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

enum Server {
    /// Our own server: started by the first process that asks, and stopped soon after the last one has ended.
    Cluster(SharedCluster),
    /// The server of `TEST_DATABASE_URL`, whose user must be allowed to create databases.
    Named(String),
}

impl Server {
    fn url(&self, database: &str) -> String {
        match self {
            Self::Cluster(cluster) => cluster.url(database),
            Self::Named(url) => named_in(url, database),
        }
    }

    fn administration_url(&self) -> String {
        match self {
            Self::Cluster(cluster) => cluster.url("postgres"),
            Self::Named(url) => url.clone(),
        }
    }
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| named_server().unwrap_or_else(own_server))
}

fn own_server() -> Server {
    let key = Path::new(env!("CARGO_MANIFEST_DIR"));
    let host = Host::from_environment("auth-tests").on_progress(|step| tell(&step.to_string()));
    Server::Cluster(shared_throwaway(key, host).unwrap_or_else(|error| panic!("no PostgreSQL for tests: {error}")))
}

/// Reports progress, because fetching takes a while.
fn tell(step: &str) {
    let _ = writeln!(std::io::stderr(), "database for tests: {step}");
}

#[expect(
    clippy::disallowed_methods,
    reason = "this and SIEGE_REQUESTS are the only variables of the tests; the service's are an argument"
)]
fn named_server() -> Option<Server> {
    std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty()).map(Server::Named)
}

/// The address of another database on the same server. Not every libpq address is a proper URL:
/// its host may be empty and the folder of its socket be in the query.
fn named_in(url: &str, database: &str) -> String {
    let (address, query) = url.split_at(url.find('?').unwrap_or(url.len()));
    let authority =
        address.find("://").expect("TEST_DATABASE_URL has the form postgresql://user:password@host/database") + 3;
    let end = address[authority..].find('/').map_or(address.len(), |slash| authority + slash);
    format!("{}/{database}{query}", &address[..end])
}

fn administer() -> TestConnection {
    TestConnection::open(&server().administration_url()).unwrap_or_else(|error| panic!("database for tests: {error}"))
}

/// The name of the migrated template, which is created first if it is missing.
fn template() -> &'static str {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let name = format!("auth_template_{:016x}", schema_fingerprint());
        match server() {
            Server::Cluster(cluster) => cluster.exclusively(|| ensure_template(&name)).expect("the lock can be taken"),
            Server::Named(_) => {
                let mut lock = administer();
                lock.execute(TEMPLATE_LOCK).expect("the lock can be taken");
                ensure_template(&name);
            }
        }
        name
    })
}

/// Creates the template under another name and then renames it, so that nobody ever clones half a schema.
fn ensure_template(name: &str) {
    let mut admin = administer();
    let found = admin.rows(&format!("SELECT 1 FROM pg_database WHERE datname = '{name}'")).expect("a catalogue");
    if !found.is_empty() {
        return;
    }
    let unfinished = format!("{name}_unfinished");
    let mut run = |sql: String| admin.execute(&sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    run(format!("DROP DATABASE IF EXISTS \"{unfinished}\" WITH (FORCE)"));
    run(format!("CREATE DATABASE \"{unfinished}\" TEMPLATE template0"));
    Migrations::ours().migrate(&server().url(&unfinished)).expect("the migrations run");
    run(format!("ALTER DATABASE \"{unfinished}\" RENAME TO \"{name}\""));
}

/// A fingerprint that changes with the migrations, so that a change leads to a new template.
fn schema_fingerprint() -> u64 {
    let folders = ["../migrations", "../crates/postgres/contract"];
    let folders = folders.map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
    let steps = folders.iter().flat_map(|folder| std::fs::read_dir(folder).expect("the migrations"));
    let mut steps: Vec<_> = steps.flatten().map(|entry| entry.path()).collect();
    steps.sort();
    let mut hasher = DefaultHasher::new();
    for step in steps.iter().filter(|step| step.is_dir()) {
        step.file_name().hash(&mut hasher);
        std::fs::read(step.join("up.sql")).expect("a migration has up.sql").hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_database_on_the_same_server() {
        for (url, other) in [
            ("postgresql://u:p@host:5433/postgres?sslmode=require", "postgresql://u:p@host:5433/x?sslmode=require"),
            ("postgres://host", "postgres://host/x"),
            ("postgresql://postgres@/postgres?host=/tmp/a", "postgresql://postgres@/x?host=/tmp/a"),
        ] {
            assert_eq!(named_in(url, "x"), other);
        }
    }
}
