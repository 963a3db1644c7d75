//! The lock under which the schema is changed: a locked row, held by a connection of its own. Advisory locks are missing
//! on some PostgreSQL-compatible engines, and a step may need to commit while the lock is held.

use std::thread::sleep;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as SqlError};

use super::record::exists;

diesel::table! {
    /// One row, which the holder of the lock has locked.
    migration_lock (id) {
        /// Always 1.
        id -> Integer,
    }
}

const ROW: i32 = 1;

/// How often creating the lock is attempted. With the pauses, it is given up after two seconds.
const ATTEMPTS: u32 = 20;
/// The pause after the first attempt, which grows by the same amount after each further one.
const PAUSE: Duration = Duration::from_millis(10);

/// The pause before the lock is asked for again.
const TURN: Duration = Duration::from_millis(20);

/// Building an index takes long and waits for others, and the connection that holds the lock is idle meanwhile.
const WITHOUT_LIMITS: &str = "SET client_min_messages = 'warning'; SET lock_timeout = 0; SET statement_timeout = 0; \
    SET idle_in_transaction_session_timeout = 0";

/// The same where limits cannot be lifted for a whole session, for the transaction that holds the lock.
const HELD_FOR_LONG: &str = "SET LOCAL idle_in_transaction_session_timeout = 0";

/// Lifts the limits that the operator sets for the role or the database, which are meant for other work.
///
/// # Errors
/// The error of the database.
pub(super) fn lift_limits(conn: &mut PgConnection) -> QueryResult<()> {
    conn.batch_execute(WITHOUT_LIMITS)
}

/// Runs `work` while nobody else, in any process, runs work under this lock. The lock is created if it does not
/// exist. `conn` holds the lock and must not be used by `work`.
///
/// A caller that does not get the lock asks again and again, and never waits inside a statement: `CREATE INDEX
/// CONCURRENTLY` waits for every statement that began before it, so a migration that builds an index would wait for
/// the callers that wait for the migration. For the same reason the holder keeps no snapshot, as it would at a
/// stricter isolation level.
///
/// # Errors
/// Returns the database's error about the lock. `work` has an outcome of its own.
pub(super) fn under_lock<T>(conn: &mut PgConnection, work: impl FnOnce() -> T) -> QueryResult<T> {
    make_row(conn)?;
    let mut work = Some(work);
    loop {
        let outcome = conn.build_transaction().read_committed().run(|conn| {
            conn.batch_execute(HELD_FOR_LONG)?;
            let row = migration_lock::table.find(ROW).select(migration_lock::id).for_update().skip_locked();
            let locked: Option<i32> = row.get_result(conn).optional()?;
            // A statement that Diesel runs keeps its snapshot until the next one, while this one keeps none.
            conn.batch_execute("SELECT 1")?;
            QueryResult::Ok(locked.and_then(|_| work.take()).map(|work| work()))
        })?;
        match outcome {
            Some(outcome) => return Ok(outcome),
            None => sleep(TURN),
        }
    }
}

/// Creates the table and its row exactly once, however many callers try at the same time.
///
/// Before the table exists, there is nothing by which concurrent callers could take turns, and `IF NOT EXISTS` does
/// not help: each of them looks, finds nothing and begins to create it; all but one then fail, either at an index of
/// the catalogue or because the table exists by now, and may fail again until they see the result of the one that
/// succeeded. Which error they get depends on the engine and on how far they got, so no error decides: every failure
/// leads to a pause and another attempt, and a problem with another cause still exists at the last attempt.
fn make_row(conn: &mut PgConnection) -> QueryResult<()> {
    let mut attempt = 1;
    loop {
        match try_to_make_row(conn) {
            Err(error) if attempt < ATTEMPTS && !is_lost(&error) => sleep(PAUSE * attempt),
            made => return made,
        }
        attempt += 1;
    }
}

/// Looks first, so that a role that may not create tables can take the lock once the table exists. The statements run
/// separately, because not every engine can create a table and fill it in one transaction.
fn try_to_make_row(conn: &mut PgConnection) -> QueryResult<()> {
    if !exists(conn, "migration_lock")? {
        conn.batch_execute(
            "CREATE TABLE IF NOT EXISTS migration_lock (id integer CONSTRAINT migration_lock_pkey PRIMARY KEY)",
        )?;
    }
    let row = migration_lock::id.eq(ROW);
    diesel::insert_into(migration_lock::table).values(row).on_conflict_do_nothing().execute(conn).map(drop)
}

fn is_lost(error: &SqlError) -> bool {
    matches!(
        error,
        SqlError::DatabaseError(DatabaseErrorKind::ClosedConnection, _) | SqlError::BrokenTransactionManager
    )
}
