//! The schema, embedded in the binary.

use auth_ports::Cause;
use diesel::connection::SimpleConnection as _;
use diesel::pg::PgConnection;
use diesel::result::Error as SqlError;
use diesel::{Connection as _, QueryResult, RunQueryDsl as _};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
use thiserror::Error;

pub(crate) const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// The schema could not be brought up to date.
#[derive(Debug, Error)]
#[error("the schema could not be migrated")]
pub struct MigrationError(#[source] Cause);

fn failed(error: impl Into<Cause>) -> MigrationError {
    MigrationError(error.into())
}

/// Brings the schema up to date and says which steps ran. Of concurrent calls one works, the others
/// wait for it. Blocking.
///
/// # Errors
/// [`MigrationError`] with the step that failed; the steps before it remain.
pub fn migrate(url: &str) -> Result<Vec<String>, MigrationError> {
    under_lock(url, |conn| {
        let steps = conn.run_pending_migrations(MIGRATIONS).map_err(failed)?;
        Ok(steps.iter().map(ToString::to_string).collect())
    })
}

/// Takes every step back, newest first. For tests and for leaving.
///
/// # Errors
/// [`MigrationError`] with the step that failed.
pub fn revert_all(url: &str) -> Result<(), MigrationError> {
    under_lock(url, |conn| conn.revert_all_migrations(MIGRATIONS).map(drop).map_err(failed))
}

/// The steps that are missing, oldest first. Blocking.
///
/// # Errors
/// [`MigrationError`] when the database cannot be asked.
pub fn pending(url: &str) -> Result<Vec<String>, MigrationError> {
    let mut conn = PgConnection::establish(url).map_err(failed)?;
    let steps = conn.pending_migrations(MIGRATIONS).map_err(failed)?;
    Ok(steps.iter().map(|step| step.name().to_string()).collect())
}

/// Whether steps are missing.
pub(crate) fn is_pending(conn: &mut PgConnection) -> QueryResult<bool> {
    // The database's own error, for it may say that the connection is of no more use.
    conn.has_pending_migration(MIGRATIONS)
        .map_err(|error| error.downcast::<SqlError>().map_or_else(SqlError::QueryBuilderError, |error| *error))
}

/// The lock is a locked row, held by a connection of its own: advisory locks are missing on some
/// PostgreSQL-compatible engines, and a step may need to commit in between.
fn under_lock<T>(
    url: &str,
    work: impl FnOnce(&mut PgConnection) -> Result<T, MigrationError>,
) -> Result<T, MigrationError> {
    let mut lock = PgConnection::establish(url).map_err(failed)?;
    make_lock_row(&mut lock).map_err(failed)?;
    let mut outcome = None;
    lock.transaction::<_, diesel::result::Error, _>(|lock| {
        diesel::sql_query("SELECT id FROM migration_lock WHERE id = 1 FOR UPDATE").execute(lock)?;
        outcome = Some(PgConnection::establish(url).map_err(failed).and_then(|mut conn| work(&mut conn)));
        Ok(())
    })
    .map_err(failed)?;
    outcome.unwrap_or_else(|| Err(failed("the lock was not taken")))
}

/// Two first starts at once may both try to make the table; the loser finds it on its second try.
fn make_lock_row(conn: &mut PgConnection) -> Result<(), diesel::result::Error> {
    const MAKE: &str = "CREATE TABLE IF NOT EXISTS migration_lock (id integer CONSTRAINT migration_lock_pkey PRIMARY KEY); \
         INSERT INTO migration_lock (id) VALUES (1) ON CONFLICT DO NOTHING";
    conn.batch_execute("SET client_min_messages = 'warning'")?;
    conn.batch_execute(MAKE).or_else(|_| conn.batch_execute(MAKE))
}
