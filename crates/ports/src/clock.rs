//! The time.

use auth_domain::Timestamp;

/// Tells the time, to the microsecond.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}
