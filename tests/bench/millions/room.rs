//! Room on the disk: how much there is, and what fits.

use std::path::Path;
use std::process::Command;

use crate::Failure;
use crate::report::say;

/// About what a user with two names, a password and a session takes, with the indexes and the log of changes.
const BYTES_A_USER: u64 = 2_000;
/// About what an event takes, likewise.
const BYTES_AN_EVENT: u64 = 500;
/// The share of the free bytes that may be used, in hundredths.
const USABLE: u64 = 70;

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
        let usable = free / 100 * USABLE;
        if needed <= usable {
            return self;
        }
        let less = |amount: u64| (u128::from(amount) * u128::from(usable) / u128::from(needed)) as u64;
        let fitting = Self { users: less(self.users).max(1_000), events: less(self.events) };
        let gibibytes = |bytes: u64| bytes as f64 / f64::from(1_u32 << 30);
        say(&format!(
            "{:.0} GiB would be needed and {:.0} may be used: {} users instead of {}, {} events instead of {}",
            gibibytes(needed),
            gibibytes(usable),
            fitting.users,
            self.users,
            fitting.events,
            self.events
        ));
        fitting
    }
}

/// The free bytes where this folder lies.
pub(super) fn free_bytes(folder: &Path) -> Result<u64, Failure> {
    let listed = Command::new("df").args(["-P", "-k"]).arg(folder).output()?;
    let listed = String::from_utf8(listed.stdout)?;
    let free = listed.lines().last().and_then(|line| line.split_whitespace().nth(3)).ok_or("df says nothing")?;
    Ok(free.parse::<u64>()? * 1024)
}
