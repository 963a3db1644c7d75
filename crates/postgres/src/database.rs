//! Where Diesel's blocking lives: a bounded pool, on threads made for blocking.

use std::sync::Arc;
use std::time::Duration;

use auth_ports::{Cause, StoreError};
use auth_workers::{WorkError, Workers};
use diesel::connection::{AnsiTransactionManager, TransactionManager as _};
use diesel::pg::PgConnection;
use diesel::result::{DatabaseErrorKind, Error as SqlError};

use crate::pool::{Manager, Pooled};

/// How often work is run that failed for no fault of its own.
const ATTEMPTS: u32 = 4;
/// How long whoever lost a race lets the winner go ahead, times the attempt. Who comes back at once can
/// meet it in the same deadlock again, and on a busy machine as often as there are attempts.
const PAUSE: Duration = Duration::from_millis(20);

/// What to connect to, and with how many connections.
#[derive(Clone)]
pub struct DatabaseOptions {
    /// libpq connection URI. A secret.
    pub url: String,
    /// Connections at most; also how many calls run at once.
    pub pool_size: u32,
    /// How long a call waits for a connection before it fails as unavailable.
    pub acquire_timeout: Duration,
}

/// A pool of connections. Cheap to clone; clones share the pool.
#[derive(Clone)]
pub struct Database {
    pool: r2d2::Pool<Manager>,
    workers: Arc<Workers>,
    acquire_timeout: Duration,
}

/// Why a transaction was rolled back.
pub(crate) enum Abort<E> {
    /// A rule said no.
    Refused(E),
    /// The database did.
    Sql(SqlError),
}

impl<E> From<SqlError> for Abort<E> {
    fn from(error: SqlError) -> Self {
        Self::Sql(error)
    }
}

impl Database {
    /// Connections are made when first needed, so a database that is down does not stop the start.
    #[must_use]
    pub fn new(options: &DatabaseOptions) -> Self {
        let pool = r2d2::Pool::builder()
            .max_size(options.pool_size)
            .min_idle(Some(0))
            .connection_timeout(options.acquire_timeout)
            // The check would cost a round trip a call; a dead connection is noticed in use instead.
            .test_on_check_out(false)
            .error_handler(Box::new(r2d2::NopErrorHandler))
            .build_unchecked(Manager::new(&options.url));
        Self {
            pool,
            workers: Arc::new(Workers::new("database", options.pool_size as usize)),
            acquire_timeout: options.acquire_timeout,
        }
    }

    /// Runs `work` in one transaction. `Err` means that nothing of it was stored, except when the
    /// connection was lost during the commit itself. `work` may run several times: when the database
    /// asks for it (SQLSTATE 40001, 40P01), and when the server was restarted under the connection.
    pub(crate) async fn transaction<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: Fn(&mut PgConnection) -> Result<T, Abort<E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.repeatedly(move |conn| in_transaction(conn, &work)).await
    }

    /// Runs one statement by itself, which commits by itself. It may run twice when the server was
    /// restarted under the connection, so it must bear that.
    pub(crate) async fn statement<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        F: Fn(&mut PgConnection) -> Result<T, SqlError> + Send + 'static,
        T: Send + 'static,
    {
        self.repeatedly(move |conn| work(conn).map_err(Fault::before_commit)).await
    }

    /// The same for a statement that must not run twice: where nobody knows whether it ran, the answer is
    /// unavailable.
    pub(crate) async fn statement_once<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        F: Fn(&mut PgConnection) -> Result<T, SqlError> + Send + 'static,
        T: Send + 'static,
    {
        self.repeatedly(move |conn| work(conn).map_err(Fault::AtCommit)).await
    }

    /// The same for a statement that may be refused.
    pub(crate) async fn one_statement<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: Fn(&mut PgConnection) -> Result<T, Abort<E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.repeatedly(move |conn| work(conn).map_err(Fault::from)).await
    }

    async fn repeatedly<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: Fn(&mut PgConnection) -> Result<T, Fault<E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let pool = self.pool.clone();
        match self.workers.run_within(self.acquire_timeout, move || repeat(&pool, &work)).await {
            Ok(outcome) => outcome,
            Err(error @ WorkError::Panicked) => Err(failed(error).into()),
            Err(error) => Err(StoreError::Unavailable(error.into()).into()),
        }
    }
}

/// How one run of the work failed.
enum Fault<E> {
    /// A rule said no; nothing is stored.
    Refused(E),
    /// The database did, and nothing is stored.
    BeforeCommit(SqlError),
    /// The commit itself failed; when the connection was lost, nobody knows what is stored.
    AtCommit(SqlError),
}

impl<E> From<Abort<E>> for Fault<E> {
    fn from(abort: Abort<E>) -> Self {
        match abort {
            Abort::Refused(no) => Self::Refused(no),
            Abort::Sql(error) => Self::BeforeCommit(error),
        }
    }
}

impl<E> Fault<E> {
    fn before_commit(error: SqlError) -> Self {
        Self::BeforeCommit(error)
    }
}

fn in_transaction<T, E>(
    conn: &mut PgConnection,
    work: &impl Fn(&mut PgConnection) -> Result<T, Abort<E>>,
) -> Result<T, Fault<E>> {
    AnsiTransactionManager::begin_transaction(conn).map_err(Fault::BeforeCommit)?;
    match work(conn) {
        Ok(value) => AnsiTransactionManager::commit_transaction(conn).map(|()| value).map_err(Fault::AtCommit),
        Err(abort) => {
            // A rollback that fails leaves a connection that the pool throws away.
            let _ = AnsiTransactionManager::rollback_transaction(conn);
            Err(Fault::from(abort))
        }
    }
}

fn repeat<T, E: From<StoreError>>(
    pool: &r2d2::Pool<Manager>,
    work: &impl Fn(&mut PgConnection) -> Result<T, Fault<E>>,
) -> Result<T, E> {
    let mut attempt = 1;
    // After a restart of the server every connection in the pool is dead, and each takes one run to find out.
    let mut lost = 0;
    loop {
        let mut pooled = pool.get().map_err(|error| StoreError::Unavailable(error.into()))?;
        let Pooled { conn, dead } = &mut *pooled;
        match work(conn) {
            Ok(value) => return Ok(value),
            Err(Fault::Refused(no)) => return Err(no),
            Err(Fault::BeforeCommit(error)) if is_lost(&error) && lost < pool.max_size() => {
                *dead = true;
                lost += 1;
            }
            Err(Fault::BeforeCommit(error) | Fault::AtCommit(error)) if attempt < ATTEMPTS && lost_a_race(&error) => {
                drop(pooled);
                std::thread::sleep(PAUSE * attempt);
                attempt += 1;
            }
            Err(Fault::BeforeCommit(error) | Fault::AtCommit(error)) if is_lost(&error) => {
                *dead = true;
                return Err(StoreError::Unavailable(error.into()).into());
            }
            Err(Fault::BeforeCommit(error) | Fault::AtCommit(error)) if lost_a_race(&error) || timed_out(&error) => {
                return Err(StoreError::Unavailable(error.into()).into());
            }
            Err(Fault::BeforeCommit(error) | Fault::AtCommit(error)) => return Err(failed(error).into()),
        }
    }
}

fn lost_a_race(error: &SqlError) -> bool {
    match error {
        SqlError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        // Diesel has no kind of its own for SQLSTATE 40P01.
        SqlError::DatabaseError(DatabaseErrorKind::Unknown, info) => info.message().contains("deadlock detected"),
        _ => false,
    }
}

/// Whether the session's limits on locks and statements ended it (SQLSTATE 55P03, 57014): the database is too busy
/// for this now.
fn timed_out(error: &SqlError) -> bool {
    matches!(error, SqlError::DatabaseError(_, info) if info.message().ends_with("timeout"))
}

/// Whether the connection is of no more use. A server that shuts down says so in words first.
fn is_lost(error: &SqlError) -> bool {
    match error {
        SqlError::DatabaseError(DatabaseErrorKind::ClosedConnection, _) | SqlError::BrokenTransactionManager => true,
        SqlError::DatabaseError(_, info) => {
            info.message().contains("terminating connection") || info.message().contains("server closed the connection")
        }
        _ => false,
    }
}

pub(crate) fn failed(error: impl Into<Cause>) -> StoreError {
    StoreError::Failed(error.into())
}
