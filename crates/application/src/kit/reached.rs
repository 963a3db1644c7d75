//! Limits that were reached, and what is left of others.

use auth_domain::limits::Quota;
use chrono::TimeDelta;

/// Something happened too often to be allowed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooOften {
    /// How long to wait before the next try.
    pub retry_after: TimeDelta,
    /// The limit that was reached.
    pub reached: Reached,
}

/// A limit as clients may see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// Its name.
    pub name: &'static str,
    /// How much it allows.
    pub quota: Quota,
}

/// How much is left of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// The limit.
    pub of: Reached,
    /// How many are possible at once.
    pub remaining: u32,
    /// How long until all of them are possible again.
    pub full_after: TimeDelta,
}
