//! How the work of a call is put into transactions.

use std::sync::Arc;
use std::time::Duration;

use auth_ports::{Halt, Halted as _};
use auth_workers::WorkCaller;
use diesel::connection::{AnsiTransactionManager, TransactionManager as _};
use diesel::pg::PgConnection;
use diesel::result::Error as SqlError;

use super::fault::{Abort, Fault};
use crate::call_limits::CallLimits;

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// Statements that belong together.
    Transaction,
    /// Statements that commit by themselves and may run twice.
    Statement,
    /// Statements that commit by themselves and must not run twice.
    StatementOnce,
}

/// How calls are made on the connections of a database.
#[derive(Clone)]
pub(super) struct Manner {
    /// The statements that begin a transaction.
    begin: Arc<str>,
    /// Whether everything is put into transactions.
    wraps: bool,
    before_any_limit: Duration,
}

impl Manner {
    /// For connections whose limits were set when they were opened.
    pub(super) fn of_session(longest_call: Duration) -> Self {
        let limits = CallLimits::of(longest_call);
        Self { begin: "BEGIN".into(), wraps: false, before_any_limit: limits.before_any() }
    }

    /// Assumes nothing of a connection: every call is one transaction, and sets its own limits for that long.
    pub(super) fn of_transaction(longest_call: Duration) -> Self {
        let limits = CallLimits::of(longest_call);
        Self { begin: limits.for_transaction().into(), wraps: true, before_any_limit: limits.before_any() }
    }

    /// Whether an attempt that took so long cannot have been ended by a limit of the server.
    pub(super) fn is_early(&self, took: Duration) -> bool {
        took < self.before_any_limit
    }

    /// Makes one attempt.
    pub(super) fn attempt<T, R>(
        &self,
        kind: Work,
        conn: &mut PgConnection,
        caller: &WorkCaller,
        work: impl Fn(&mut PgConnection) -> Result<T, Abort<R>>,
    ) -> Result<T, Halt<R, Fault>> {
        match kind {
            Work::Statement if !self.wraps => work(conn).failed_as(Fault::before_commit),
            Work::StatementOnce if !self.wraps => work(conn).failed_as(Fault::at_commit),
            // It may run twice, so it does not matter whether the first run was committed.
            Work::Statement => {
                self.in_transaction(conn, caller, work).failed_as(|fault| Fault::before_commit(fault.error))
            }
            Work::Transaction | Work::StatementOnce => self.in_transaction(conn, caller, work),
        }
    }

    fn in_transaction<T, R>(
        &self,
        conn: &mut PgConnection,
        caller: &WorkCaller,
        work: impl Fn(&mut PgConnection) -> Result<T, Abort<R>>,
    ) -> Result<T, Halt<R, Fault>> {
        AnsiTransactionManager::begin_transaction_sql(conn, &self.begin).map_err(Fault::before_commit)?;
        // What nobody waits for any more may have been tried again elsewhere.
        let outcome = match work(conn) {
            Ok(_) if caller.has_gone() => Err(SqlError::RollbackTransaction.into()),
            outcome => outcome,
        };
        match outcome {
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
}
