//! The database, as stores see it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use auth_ports::{Failure, Halt};
use auth_workers::{Occupied, Patience, WorkCaller, WorkError, Workers};
use diesel::QueryResult;
use diesel::pg::PgConnection;
use tokio::time::Instant;

use super::attempts::Attempts;
use super::fault::Abort;
use super::manner::{Manner, Work};
use crate::options::{DatabaseOptions, Statements};
use crate::pool::{Lease, Opening, Pool};

/// How long work may take at least for which nobody waits.
const LONG: Duration = Duration::from_secs(15);
/// How long before the end of a call it stops waiting for a connection, so that it ends by itself.
const MARGIN: Duration = Duration::from_millis(100);

/// A pool of connections. Cheap to clone; clones share the pool.
#[derive(Clone)]
pub struct Database {
    pool: Pool,
    workers: Arc<Workers>,
    patience: Patience,
    manner: Manner,
}

/// How a pool is used at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolUsage {
    /// How many connections there may be.
    pub most: u32,
    /// How many are open.
    pub open: u32,
    /// How many calls are made.
    pub running: usize,
    /// How many calls wait.
    pub waiting: usize,
}

impl Database {
    /// Creates the pool. Connections are made when they are first needed, so a database that is down does not prevent
    /// the start.
    #[must_use]
    pub fn new(options: &DatabaseOptions) -> Self {
        let longest = options.longest_call();
        Self {
            pool: Pool::new(Opening::new(options), options.pool_size),
            workers: Arc::new(Workers::new("database", options.pool_size as usize)),
            patience: Patience { to_begin: options.acquire_timeout, in_all: longest },
            manner: match options.statements {
                Statements::Named => Manner::of_session(longest),
                Statements::Unnamed => Manner::of_transaction(longest),
            },
        }
    }

    /// Tells `watch` of each call from now on: how long it waited for its turn, and how long it took. Only the first call
    /// of this counts.
    pub fn watch(&self, watch: impl Fn(Duration, Duration) + Send + Sync + 'static) {
        self.workers.watch(watch);
    }

    /// How the pool is used at this moment.
    #[must_use]
    pub fn usage(&self) -> PoolUsage {
        let Occupied { waiting, running } = self.workers.occupied();
        PoolUsage { most: self.pool.most(), open: self.pool.open(), running, waiting }
    }

    /// Returns the same database for work for which nobody waits, and which may take long.
    pub(crate) fn patiently(&self) -> Self {
        let in_all = self.patience.in_all.max(LONG);
        Self { patience: Patience { in_all, ..self.patience }, manner: Manner::of_transaction(in_all), ..self.clone() }
    }

    /// Runs `work` in one transaction. `Err` means that nothing of it was stored, unless the connection was lost
    /// during the commit itself, or the call took too long. `work` may run several times: when the database asks for a
    /// retry (SQLSTATE 40001, 40P01), when the connection broke because the server was restarted, and when the server
    /// can only be read because another one has taken its place.
    ///
    /// It is how an adapter of tables that a team keeps beside ours works ([`Parts::migrations`](crate::Parts::migrations)):
    /// by the same connections, so that the database has as many of them as the operator allowed.
    ///
    /// # Errors
    /// A [`Failure`] when no connection is free in time, when the database does not answer in time, or when it refuses.
    pub async fn transaction<T, F>(&self, work: F) -> Result<T, Failure>
    where
        F: Fn(&mut PgConnection) -> QueryResult<T> + Send + 'static,
        T: Send + 'static,
    {
        self.call(Work::Transaction, move |conn| Ok(work(conn)?)).await.map_err(never_refused)
    }

    /// Does the same for work that may be refused, in which case everything is rolled back.
    pub(crate) async fn transaction_or_refusal<T, R, F>(&self, work: F) -> Result<T, Halt<R>>
    where
        F: Fn(&mut PgConnection) -> Result<T, Abort<R>> + Send + 'static,
        T: Send + 'static,
        R: Send + 'static,
    {
        self.call(Work::Transaction, work).await
    }

    /// Runs one statement that commits by itself. It may run twice if the server was restarted during the call, so it
    /// must be idempotent.
    pub(crate) async fn statement<T, F>(&self, work: F) -> Result<T, Failure>
    where
        F: Fn(&mut PgConnection) -> QueryResult<T> + Send + 'static,
        T: Send + 'static,
    {
        self.call(Work::Statement, move |conn| Ok(work(conn)?)).await.map_err(never_refused)
    }

    /// Does the same for a statement that must not run twice: if it is unknown whether it ran, the result is a
    /// failure of the kind unavailable.
    pub(crate) async fn statement_once<T, F>(&self, work: F) -> Result<T, Failure>
    where
        F: Fn(&mut PgConnection) -> QueryResult<T> + Send + 'static,
        T: Send + 'static,
    {
        self.call(Work::StatementOnce, move |conn| Ok(work(conn)?)).await.map_err(never_refused)
    }

    /// Does the same as [`Database::statement`] for a statement that may be refused.
    pub(crate) async fn statement_or_refusal<T, R, F>(&self, work: F) -> Result<T, Halt<R>>
    where
        F: Fn(&mut PgConnection) -> Result<T, Abort<R>> + Send + 'static,
        T: Send + 'static,
        R: Send + 'static,
    {
        self.call(Work::Statement, work).await
    }

    /// From now on new connections are made, because those that are open lead to a server that can only be read.
    pub(crate) fn leave_what_is_read_only(&self) {
        self.pool.doubt_what_is_open();
    }

    async fn call<T, R, F>(&self, kind: Work, work: F) -> Result<T, Halt<R>>
    where
        F: Fn(&mut PgConnection) -> Result<T, Abort<R>> + Send + 'static,
        T: Send + 'static,
        R: Send + 'static,
    {
        let lease = Lease::default();
        let (pool, manner, lent) = (self.pool.clone(), self.manner.clone(), lease.clone());
        let until = Instant::now() + self.patience.to_begin.min(self.patience.in_all.saturating_sub(MARGIN));
        let attempts = move |caller: &WorkCaller| {
            let attempts = Attempts { pool: &pool, lease: &lent, caller, until };
            attempts.make(|conn| manner.attempt(kind, conn, caller, &work), |took| manner.is_early(took))
        };
        let silent = self.pool.clone();
        match self.workers.run_within(self.patience, attempts, move || lease.give_up(&silent)).await {
            Ok(outcome) => outcome,
            Err(error @ WorkError::Panicked) => Err(Failure::internal(error).into()),
            Err(error) => Err(Failure::unavailable(error).into()),
        }
    }
}

fn never_refused(halt: Halt<Infallible>) -> Failure {
    match halt {
        Halt::Failed(failure) => failure,
        Halt::Refused(never) => match never {},
    }
}
