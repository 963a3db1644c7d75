//! The place for Diesel's blocking calls: a bounded pool, on threads made for blocking.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use auth_ports::{Failure, Halt, Halted as _, OrRefuse as _};
use auth_workers::{WorkError, Workers};
use diesel::QueryResult;
use diesel::connection::{AnsiTransactionManager, TransactionManager as _};
use diesel::pg::PgConnection;
use diesel::result::{DatabaseErrorKind, Error as SqlError};

use crate::pool::{Manager, Pooled};

/// How often work is attempted that fails through no fault of its own.
const ATTEMPTS: u32 = 4;
/// How long the loser of a race gives way to the winner, multiplied by the number of the attempt. Returning at once
/// can lead to the same deadlock again, and on a busy machine as often as there are attempts.
const PAUSE: Duration = Duration::from_millis(20);

/// What to connect to, and with how many connections.
#[derive(Clone)]
pub struct DatabaseOptions {
    /// The libpq connection URI, which is a secret.
    pub url: String,
    /// The largest number of connections, which is also how many calls run at once.
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

/// Why a transaction was rolled back: a rule refused, or the database failed.
pub(crate) type Abort<R> = Halt<R, SqlError>;

impl Database {
    /// Creates the pool. Connections are made when they are first needed, so a database that is down does not prevent
    /// the start.
    #[must_use]
    pub fn new(options: &DatabaseOptions) -> Self {
        let pool = r2d2::Pool::builder()
            .max_size(options.pool_size)
            .min_idle(Some(0))
            .connection_timeout(options.acquire_timeout)
            // The check would cost a round trip per call; a dead connection is noticed when it is used.
            .test_on_check_out(false)
            .error_handler(Box::new(r2d2::NopErrorHandler))
            .build_unchecked(Manager::new(&options.url));
        Self {
            pool,
            workers: Arc::new(Workers::new("database", options.pool_size as usize)),
            acquire_timeout: options.acquire_timeout,
        }
    }

    /// Runs `work` in one transaction. `Err` means that nothing of it was stored, unless the connection was lost
    /// during the commit itself. `work` may run several times: when the database asks for a retry (SQLSTATE 40001,
    /// 40P01), and when the connection broke because the server was restarted.
    ///
    /// It is how an adapter of tables that a team keeps beside ours works ([`Parts::migrations`](crate::Parts::migrations)):
    /// by the same connections, so that the database has as many of them as the operator allowed.
    ///
    /// # Errors
    /// A [`Failure`] when no connection is free in time, or when the database refuses.
    pub async fn transaction<T, F>(&self, work: F) -> Result<T, Failure>
    where
        F: Fn(&mut PgConnection) -> QueryResult<T> + Send + 'static,
        T: Send + 'static,
    {
        self.repeatedly(move |conn| in_transaction(conn, |conn| Ok(work(conn)?))).await.map_err(never_refused)
    }

    /// Does the same for work that may be refused, in which case everything is rolled back.
    pub(crate) async fn transaction_or_refusal<T, R, F>(&self, work: F) -> Result<T, Halt<R>>
    where
        F: Fn(&mut PgConnection) -> Result<T, Abort<R>> + Send + 'static,
        T: Send + 'static,
        R: Send + 'static,
    {
        self.repeatedly(move |conn| in_transaction(conn, &work)).await
    }

    /// Runs one statement that commits by itself. It may run twice if the server was restarted during the call, so it
    /// must be idempotent.
    pub(crate) async fn statement<T, F>(&self, work: F) -> Result<T, Failure>
    where
        F: Fn(&mut PgConnection) -> QueryResult<T> + Send + 'static,
        T: Send + 'static,
    {
        self.repeatedly(move |conn| Ok(work(conn).map_err(Fault::before_commit)?)).await.map_err(never_refused)
    }

    /// Does the same for a statement that must not run twice: if it is unknown whether it ran, the result is a
    /// failure of the kind unavailable.
    pub(crate) async fn statement_once<T, F>(&self, work: F) -> Result<T, Failure>
    where
        F: Fn(&mut PgConnection) -> QueryResult<T> + Send + 'static,
        T: Send + 'static,
    {
        self.repeatedly(move |conn| Ok(work(conn).map_err(Fault::at_commit)?)).await.map_err(never_refused)
    }

    /// Does the same as [`Database::statement`] for a statement that may be refused.
    pub(crate) async fn statement_or_refusal<T, R, F>(&self, work: F) -> Result<T, Halt<R>>
    where
        F: Fn(&mut PgConnection) -> Result<T, Abort<R>> + Send + 'static,
        T: Send + 'static,
        R: Send + 'static,
    {
        self.repeatedly(move |conn| work(conn).failed_as(Fault::before_commit)).await
    }

    async fn repeatedly<T, R, F>(&self, work: F) -> Result<T, Halt<R>>
    where
        F: Fn(&mut PgConnection) -> Result<T, Halt<R, Fault>> + Send + 'static,
        T: Send + 'static,
        R: Send + 'static,
    {
        let pool = self.pool.clone();
        match self.workers.run_within(self.acquire_timeout, move || repeat(&pool, &work)).await {
            Ok(outcome) => outcome,
            Err(error @ WorkError::Panicked) => Err(Failure::internal(error).into()),
            Err(error) => Err(Failure::unavailable(error).into()),
        }
    }
}

/// How the database failed one attempt.
struct Fault {
    error: SqlError,
    /// Whether the commit itself failed. If the connection was lost then, it is unknown what was stored.
    at_commit: bool,
}

impl Fault {
    fn before_commit(error: SqlError) -> Self {
        Self { error, at_commit: false }
    }

    fn at_commit(error: SqlError) -> Self {
        Self { error, at_commit: true }
    }
}

fn never_refused(halt: Halt<Infallible>) -> Failure {
    match halt {
        Halt::Failed(failure) => failure,
        Halt::Refused(never) => match never {},
    }
}

fn in_transaction<T, R>(
    conn: &mut PgConnection,
    work: impl Fn(&mut PgConnection) -> Result<T, Abort<R>>,
) -> Result<T, Halt<R, Fault>> {
    AnsiTransactionManager::begin_transaction(conn).map_err(Fault::before_commit)?;
    match work(conn) {
        Ok(value) => {
            AnsiTransactionManager::commit_transaction(conn).map_err(Fault::at_commit)?;
            Ok(value)
        }
        Err(abort) => {
            // If the rollback fails, the pool discards the connection.
            let _ = AnsiTransactionManager::rollback_transaction(conn);
            Err(abort).failed_as(Fault::before_commit)
        }
    }
}

fn repeat<T, R>(
    pool: &r2d2::Pool<Manager>,
    work: &impl Fn(&mut PgConnection) -> Result<T, Halt<R, Fault>>,
) -> Result<T, Halt<R>> {
    let mut attempt = 1;
    // After a restart of the server, every connection in the pool is dead, and it takes one attempt each to find out.
    let mut lost = 0;
    loop {
        let mut pooled = pool.get().map_err(Failure::unavailable)?;
        let Pooled { conn, dead } = &mut *pooled;
        let Fault { error, at_commit } = match work(conn).decided() {
            Ok(decision) => return decision.or_refuse(),
            Err(fault) => fault,
        };
        if !at_commit && is_lost(&error) && lost < pool.max_size() {
            *dead = true;
            lost += 1;
        } else if attempt < ATTEMPTS && lost_a_race(&error) {
            drop(pooled);
            std::thread::sleep(PAUSE * attempt);
            attempt += 1;
        } else {
            *dead = is_lost(&error);
            return Err(failure(error).into());
        }
    }
}

fn failure(error: SqlError) -> Failure {
    if is_lost(&error) || lost_a_race(&error) || timed_out(&error) {
        Failure::unavailable(error)
    } else {
        Failure::internal(error)
    }
}

fn lost_a_race(error: &SqlError) -> bool {
    match error {
        SqlError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        // Diesel has no error kind of its own for SQLSTATE 40P01.
        SqlError::DatabaseError(DatabaseErrorKind::Unknown, info) => info.message().contains("deadlock detected"),
        _ => false,
    }
}

/// Whether the statement was ended by the session's limits on locks and statements (SQLSTATE 55P03, 57014), which
/// means that the database is too busy at the moment.
fn timed_out(error: &SqlError) -> bool {
    matches!(error, SqlError::DatabaseError(_, info) if info.message().ends_with("timeout"))
}

/// Whether the connection is unusable. A server that shuts down says so in a message first.
fn is_lost(error: &SqlError) -> bool {
    match error {
        SqlError::DatabaseError(DatabaseErrorKind::ClosedConnection, _) | SqlError::BrokenTransactionManager => true,
        SqlError::DatabaseError(_, info) => {
            info.message().contains("terminating connection") || info.message().contains("server closed the connection")
        }
        _ => false,
    }
}
