//! How many puzzles are asked for.

use std::sync::{Mutex, PoisonError};

use auth_domain::Timestamp;

const MINUTE: i64 = 60;

/// Counts the puzzles of about the last minute in this process.
#[derive(Debug, Default)]
pub(super) struct Load(Mutex<Counts>);

#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    /// The minute since 1970.
    minute: i64,
    this: u32,
    last: u32,
}

impl Load {
    /// Counts one puzzle, and returns how many there were in the last minute before it: those of this minute, and the
    /// part of the last one's that is within reach.
    pub(super) fn count(&self, now: Timestamp) -> u32 {
        let (minute, second) = (now.timestamp().div_euclid(MINUTE), now.timestamp().rem_euclid(MINUTE));
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts = counts.at(minute);
        let part = u64::from(counts.last) * (MINUTE - second).unsigned_abs() / MINUTE.unsigned_abs();
        let before = counts.this.saturating_add(u32::try_from(part).unwrap_or(u32::MAX));
        counts.this = counts.this.saturating_add(1);
        before
    }
}

impl Counts {
    /// The counts when it is this minute. A clock that is put back begins anew.
    fn at(self, minute: i64) -> Self {
        match minute - self.minute {
            0 => self,
            1 => Self { minute, this: 0, last: self.this },
            _ => Self { minute, this: 0, last: 0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn the_last_minute_is_counted() {
        let load = Load::default();
        let at = |second: i64| DateTime::from_timestamp(1_700_000_040 + second, 0).expect("in range");
        assert_eq!(at(0).timestamp() % MINUTE, 0);
        let counted: Vec<u32> = [0, 0, 59, 60, 90, 90, 300].map(|second| load.count(at(second))).into();
        assert_eq!(counted, [0, 1, 2, 3, 2, 3, 0]);
        assert_eq!(load.count(at(-600)), 0, "the clock was put back");
    }
}
