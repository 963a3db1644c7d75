//! What r2d2 asks of us.

use std::sync::Arc;

use diesel::pg::PgConnection;
use diesel::r2d2::R2D2Connection as _;
use r2d2::ManageConnection;
use tokio::time::Instant;

use super::doubts::Record;
use super::opening::{ConnectError, Opening};
use super::wait::within;

/// A place in the pool. It is empty while a call has the connection, and the pool drops it if it comes back empty.
pub(super) struct Slot {
    pub(super) conn: Option<PgConnection>,
    pub(super) record: Record,
}

/// Opens connections and decides which are usable.
pub(super) struct Manager {
    opening: Arc<Opening>,
}

impl Manager {
    pub(super) fn new(opening: Opening) -> Self {
        Self { opening: Arc::new(opening) }
    }
}

impl ManageConnection for Manager {
    type Connection = Slot;
    type Error = ConnectError;

    fn connect(&self) -> Result<Slot, ConnectError> {
        let opening = Arc::clone(&self.opening);
        let conn = within(move || opening.open())?;
        let now = Instant::now();
        Ok(Slot { conn: Some(conn), record: Record { opened: now, answered: now } })
    }

    fn is_valid(&self, slot: &mut Slot) -> Result<(), ConnectError> {
        slot.conn.as_mut().map_or(Err(ConnectError::Silent), |conn| Ok(conn.ping()?))
    }

    fn has_broken(&self, slot: &mut Slot) -> bool {
        slot.conn.as_mut().is_none_or(|conn| conn.is_broken())
    }
}
