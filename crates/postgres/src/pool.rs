//! What the pool holds: connections that know when they are dead.

use diesel::connection::SimpleConnection as _;
use diesel::pg::PgConnection;
use diesel::r2d2::{ConnectionManager, Error, R2D2Connection as _};
use r2d2::ManageConnection;

/// Limits that keep a stuck statement from holding a connection forever.
const SESSION_LIMITS: &str = "SET statement_timeout = '10s'; SET lock_timeout = '5s'; \
    SET idle_in_transaction_session_timeout = '15s'; SET timezone = 'UTC'";

/// A connection in the pool.
pub(crate) struct Pooled {
    /// The connection.
    pub(crate) conn: PgConnection,
    /// Whether its server has gone away, in which case the pool must not keep it.
    pub(crate) dead: bool,
}

/// Makes connections and decides which are usable.
pub(crate) struct Manager(ConnectionManager<PgConnection>);

impl Manager {
    pub(crate) fn new(url: &str) -> Self {
        Self(ConnectionManager::new(url))
    }
}

impl ManageConnection for Manager {
    type Connection = Pooled;
    type Error = Error;

    fn connect(&self) -> Result<Pooled, Error> {
        let mut conn = self.0.connect()?;
        conn.batch_execute(SESSION_LIMITS).map_err(Error::QueryError)?;
        Ok(Pooled { conn, dead: false })
    }

    fn is_valid(&self, pooled: &mut Pooled) -> Result<(), Error> {
        self.0.is_valid(&mut pooled.conn)
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        pooled.dead || std::thread::panicking() || pooled.conn.is_broken()
    }
}
