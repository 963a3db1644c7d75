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

/// Whoever waits for the lock waits for as long as its holder's migrations take, and the holder's own connection is
/// idle meanwhile. Limits that the operator sets for the role or the database are meant for other work, so they are
/// lifted.
const WITHOUT_LIMITS: &str = "SET client_min_messages = 'warning'; SET lock_timeout = 0; SET statement_timeout = 0; \
    SET idle_in_transaction_session_timeout = 0";

/// Runs `work` while nobody else, in any process, runs work under this lock, which is made where it is missing. `conn`
/// holds the lock and is not for `work` to use.
///
/// # Errors
/// What the database says about the lock. `work` has an outcome of its own.
pub(super) fn under_lock<T>(conn: &mut PgConnection, work: impl FnOnce() -> T) -> QueryResult<T> {
    conn.batch_execute(WITHOUT_LIMITS)?;
    make_row(conn)?;
    conn.transaction(|conn| {
        let _: i32 = migration_lock::table.find(ROW).select(migration_lock::id).for_update().get_result(conn)?;
        Ok(work())
    })
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
