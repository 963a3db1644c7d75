//! The time.

use auth_domain::Timestamp;

/// Tells the time to the microsecond.
pub trait Clock: Send + Sync {
    /// Returns the present time.
    fn now(&self) -> Timestamp;
}
