//! How a connection is opened and made ready.

use std::sync::atomic::{AtomicBool, Ordering};

use diesel::connection::{CacheSize, SimpleConnection as _};
use diesel::pg::PgConnection;
use diesel::result::Error as SqlError;
use diesel::{Connection as _, ConnectionError};
use thiserror::Error;

use super::sharing::is_by_transaction;
use crate::call_limits::CallLimits;
use crate::options::{DatabaseOptions, Statements};

/// Why there is no connection.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// The database cannot be reached, or does not let us in.
    #[error(transparent)]
    Unreachable(#[from] ConnectionError),
    /// The database let us in and refused what makes a connection ready.
    #[error(transparent)]
    Unready(#[from] SqlError),
    /// A pooler hands the connections of the server from one client to another after each transaction, and statements
    /// were to be prepared under names.
    #[error(
        "a pooler hands the database's connections from client to client after each transaction, so a prepared \
         statement may be another client's: set database.statements = \"unnamed\" (AUTH__DATABASE__STATEMENTS), or let \
         it pool by session"
    )]
    Shared,
    /// The database let us in and did not answer in time.
    #[error("the database does not answer")]
    Silent,
    /// The system has no thread for it.
    #[error("no thread can be started for a connection")]
    NoThread(#[source] std::io::Error),
}

/// Opens connections that are ready for calls.
pub(crate) struct Opening {
    url: String,
    statements: Statements,
    /// The limits that a connection gets for as long as it lives, as statements.
    session: String,
    /// Whether connections are known to be ours alone.
    is_ours_alone: AtomicBool,
}

impl Opening {
    pub(crate) fn new(options: &DatabaseOptions) -> Self {
        Self {
            url: options.url.clone(),
            statements: options.statements,
            session: CallLimits::of(options.longest_call()).for_session(),
            is_ours_alone: AtomicBool::new(false),
        }
    }

    /// Opens a connection. Blocking; libpq's `connect_timeout` limits only a part of it.
    ///
    /// # Errors
    /// [`ConnectError`], but not [`ConnectError::Silent`].
    pub(crate) fn open(&self) -> Result<PgConnection, ConnectError> {
        let mut conn = PgConnection::establish(&self.url)?;
        match self.statements {
            Statements::Named => {
                self.make_sure_it_is_ours(&mut conn)?;
                conn.batch_execute(&self.session)?;
            }
            // Nothing is set: whatever a session is told would be another client's next.
            Statements::Unnamed => conn.set_prepared_statement_cache_size(CacheSize::Disabled),
        }
        Ok(conn)
    }

    /// Once for all connections, before a statement gets a name.
    fn make_sure_it_is_ours(&self, conn: &mut PgConnection) -> Result<(), ConnectError> {
        if self.is_ours_alone.load(Ordering::Relaxed) {
            return Ok(());
        }
        // Where there may be only one connection, there is nobody with whom it could be shared that we could be.
        let Ok(mut other) = PgConnection::establish(&self.url) else { return Ok(()) };
        if is_by_transaction(conn, &mut other)? {
            return Err(ConnectError::Shared);
        }
        self.is_ours_alone.store(true, Ordering::Relaxed);
        Ok(())
    }
}
