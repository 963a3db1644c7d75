//! The attempts of one call.

use std::time::Duration;

use auth_ports::{Halt, Halted as _, OrRefuse as _};
use auth_workers::WorkCaller;
use diesel::pg::PgConnection;
use tokio::time::Instant;

use super::fault::{Fault, Meaning};
use crate::pool::{Lease, Pool};

/// How often work is attempted that fails through no fault of its own.
const ATTEMPTS: u32 = 4;
/// How long the loser of a race gives way to the winner, multiplied by the number of the attempt. Returning at once
/// can lead to the same deadlock again, and on a busy machine as often as there are attempts.
const PAUSE: Duration = Duration::from_millis(20);

/// What has been tried so far.
#[derive(Default)]
struct Tried {
    /// After a restart of the server, every connection in the pool is dead, and it takes one attempt each to find out.
    lost: u32,
    races: u32,
    /// Whether a server could only be read. The next attempt is made on a connection that is opened afterwards, which
    /// shows whether there is a server by now that can be written to.
    found_read_only: bool,
}

impl Tried {
    /// Whether to try again.
    fn again_after(&mut self, fault: &Fault, meaning: Meaning, most_lost: u32) -> bool {
        match meaning {
            Meaning::Lost if fault.at_commit => false,
            Meaning::Lost => {
                self.lost += 1;
                self.lost <= most_lost
            }
            // It says so instead of writing, so nothing is stored even if it comes with the commit.
            Meaning::ReadOnly => !std::mem::replace(&mut self.found_read_only, true),
            Meaning::Race => {
                self.races += 1;
                self.races < ATTEMPTS
            }
            Meaning::Unable | Meaning::Ours => false,
        }
    }
}

/// What the attempts of a call share.
pub(super) struct Attempts<'a> {
    pub(super) pool: &'a Pool,
    pub(super) lease: &'a Lease,
    pub(super) caller: &'a WorkCaller,
    /// How long connections are waited for.
    pub(super) until: Instant,
}

impl Attempts<'_> {
    /// Makes attempts until one succeeds, is refused, or fails for good. `is_early` says whether an attempt took so
    /// little time that no limit of the server can have ended it.
    pub(super) fn make<T, R>(
        &self,
        attempt: impl Fn(&mut PgConnection) -> Result<T, Halt<R, Fault>>,
        is_early: impl Fn(Duration) -> bool,
    ) -> Result<T, Halt<R>> {
        let mut tried = Tried::default();
        loop {
            let mut held = self.lease.take(self.pool, self.caller, self.until)?;
            let began = Instant::now();
            let fault = match attempt(&mut held.conn).decided() {
                Ok(decision) => {
                    held.keep();
                    return decision.or_refuse();
                }
                Err(fault) => fault,
            };
            let is_broken = held.is_broken();
            let meaning = fault.meaning(is_broken, is_early(began.elapsed()));
            if is_broken || matches!(meaning, Meaning::Lost | Meaning::ReadOnly) {
                held.discard();
            } else {
                held.keep();
            }
            if meaning == Meaning::ReadOnly {
                self.pool.doubt_what_is_open();
            }
            if self.caller.has_gone() || !tried.again_after(&fault, meaning, self.pool.most()) {
                return Err(fault.into_failure(meaning).into());
            }
            if meaning == Meaning::Race {
                std::thread::sleep(PAUSE * tried.races);
            }
        }
    }
}
