//! Connections that are lent to calls, and what becomes of those that do not come back.
//!
//! A call that waits for an answer cannot be interrupted: libpq waits as long as the system says that there is a
//! connection. So a place in the pool and the connection in it are separate. The place is shared by the thread that
//! makes the call and by whoever waits for it. If the wait is given up, the place goes back to the pool, which then
//! has room for another connection; the old one stays with its thread, and is closed as soon as that comes back.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use auth_ports::Failure;
use auth_workers::WorkCaller;
use diesel::pg::PgConnection;
use diesel::r2d2::R2D2Connection as _;
use r2d2::PooledConnection;
use tokio::time::Instant;

use super::doubts::{Doubts, Record};
use super::manager::Manager;
use super::opening::Opening;

/// The longest pause between two attempts to open a connection is half of this.
const RETRY: Duration = Duration::from_secs(2);

/// The connections. Cheap to clone; clones share them.
#[derive(Clone)]
pub(crate) struct Pool {
    places: r2d2::Pool<Manager>,
    doubts: Arc<Doubts>,
}

impl Pool {
    /// Opens nothing yet: connections are opened when they are first needed.
    pub(crate) fn new(opening: Opening, most: u32) -> Self {
        let places = r2d2::Pool::builder()
            .max_size(most)
            .min_idle(Some(0))
            .connection_timeout(RETRY)
            // The check would cost a round trip per call; a dead connection is noticed when it is used.
            .test_on_check_out(false)
            .error_handler(Box::new(r2d2::NopErrorHandler))
            .build_unchecked(Manager::new(opening));
        Self { places, doubts: Arc::new(Doubts::none()) }
    }

    /// How many connections there may be.
    pub(crate) fn most(&self) -> u32 {
        self.places.max_size()
    }

    /// How many connections are open.
    pub(crate) fn open(&self) -> u32 {
        self.places.state().connections
    }

    /// From now on no connection is used that is open already.
    pub(crate) fn doubt_what_is_open(&self) {
        self.doubts.note_read_only();
    }
}

/// What one call has of the pool. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Lease(Arc<Mutex<Option<Lent>>>);

struct Lent {
    place: PooledConnection<Manager>,
    since: Instant,
}

impl Lease {
    /// Waits for a connection until this instant.
    ///
    /// # Errors
    /// A [`Failure`] of the kind unavailable.
    pub(crate) fn take(&self, pool: &Pool, caller: &WorkCaller, until: Instant) -> Result<Held<'_>, Failure> {
        loop {
            let patience = until.saturating_duration_since(Instant::now());
            let mut place = pool.places.get_timeout(patience).map_err(Failure::unavailable)?;
            let record = place.record;
            let Some(conn) = place.conn.take() else { continue };
            if !pool.doubts.trust(record) {
                continue; // the place is empty, so the pool drops it
            }
            *self.lock() = Some(Lent { place, since: Instant::now() });
            // The other order would leave the place with a call that nobody can give up any more.
            if caller.has_gone() {
                self.lock().take();
                return Err(Failure::unavailable("nobody waits for it"));
            }
            return Ok(Held { conn, record, lease: self });
        }
    }

    /// Gives the place back although the connection is in use, because it does not answer. Neither do its neighbours,
    /// unless they have answered since.
    pub(crate) fn give_up(&self, pool: &Pool) {
        let lent = self.lock().take();
        if let Some(Lent { since, .. }) = &lent {
            pool.doubts.note_silence(*since);
        }
        drop(lent);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Lent>> {
        // Nothing that can panic happens under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection in the hands of a call. It is closed unless it is kept.
pub(crate) struct Held<'a> {
    pub(crate) conn: PgConnection,
    record: Record,
    lease: &'a Lease,
}

impl Held<'_> {
    /// Whether the connection cannot be used any more, as far as the driver knows.
    pub(crate) fn is_broken(&mut self) -> bool {
        self.conn.is_broken()
    }

    /// Gives the connection back to the pool, unless the call was given up meanwhile.
    pub(crate) fn keep(self) {
        let lent = self.lease.lock().take();
        if let Some(Lent { mut place, .. }) = lent {
            place.record = Record { answered: Instant::now(), ..self.record };
            place.conn = Some(self.conn);
        }
    }

    /// Closes the connection.
    pub(crate) fn discard(self) {
        let lent = self.lease.lock().take();
        // Before the place, so that there are never more connections than places.
        drop(self.conn);
        drop(lent);
    }
}
