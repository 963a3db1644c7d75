//! Room on the disk: how much there is, and what fits.

use std::path::Path;
use std::process::Command;

use crate::Failure;
use crate::report::say;

/// About what a user takes. Reckoned from the widths of the columns, 24 bytes or more of header and 4 of pointer a row,
/// entries of 20 to 45 bytes in indexes, those filled to 90 % where they grow at their end and to 70 % where they do not:
/// `users` 95, two `identifiers` 390, their claims 240, a password 170, a session 200; then 20 for the tenth of the sessions
/// that change, and 50 for the rows of a day that are swept. The rest is for what was reckoned too low. The import writes an
/// event for each batch, which is nothing.
const BYTES_A_USER: u64 = 1_300;
/// About what an event takes: 120 in the table and 135 in four indexes that are built at once, so that they are full; and 50
/// for what is sorted outside of memory while the widest of them is built.
const BYTES_AN_EVENT: u64 = 310;
/// What does not grow with them: the log of changes, which checkpoints keep near a gibibyte and large statements let grow to
/// about three, a million events in the file that is copied from, and the other service.
const BYTES_ANYWAY: u64 = 4 << 30;
/// The share of the free bytes that may be used, in hundredths. The rest is for whoever else writes to the disk.
const USABLE: u64 = 85;

/// How many users and events there are to be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Amounts {
    pub(super) users: u64,
    pub(super) events: u64,
}

impl Amounts {
    /// The same, or as much less of both as it takes to fit.
    pub(super) fn that_fit(self, free: u64) -> Self {
        let needed = self.users * BYTES_A_USER + self.events * BYTES_AN_EVENT;
        let usable = (free / 100 * USABLE).saturating_sub(BYTES_ANYWAY);
        if needed <= usable {
            return self;
        }
        let less = |amount: u64| (u128::from(amount) * u128::from(usable) / u128::from(needed)) as u64;
        let fitting = Self { users: less(self.users).max(1_000), events: less(self.events) };
        let gibibytes = |bytes: u64| bytes as f64 / f64::from(1_u32 << 30);
        say(&format!(
            "{:.0} GiB would be needed for them and {:.0} may be used: {} users instead of {}, {} events instead of {}",
            gibibytes(needed),
            gibibytes(usable),
            fitting.users,
            self.users,
            fitting.events,
            self.events
        ));
        fitting
    }

    /// How much of what was asked for is done.
    pub(super) fn of(self, asked: Self) -> String {
        let Self { users, events } = self;
        if self == asked {
            return format!("all that was asked for: {users} users, {events} events");
        }
        format!("{users} of {} users, {events} of {} events: the disk has no room for more", asked.users, asked.events)
    }
}

/// The free bytes where this folder lies.
pub(super) fn free_bytes(folder: &Path) -> Result<u64, Failure> {
    let listed = Command::new("df").args(["-P", "-k"]).arg(folder).output()?;
    let listed = String::from_utf8(listed.stdout)?;
    let free = listed.lines().last().and_then(|line| line.split_whitespace().nth(3)).ok_or("df says nothing")?;
    Ok(free.parse::<u64>()? * 1024)
}
