//! The time.

use std::time::Duration;

use auth_domain::Timestamp;

/// Tells the time to the microsecond.
pub trait Clock: Send + Sync {
    /// Returns the present time, which is set forwards and back as the machine's clock is.
    fn now(&self) -> Timestamp;

    /// Returns the time that has passed since some instant, which is another one for each process. It goes on evenly
    /// when the machine's clock is set, so waits inside a process are measured by it.
    fn monotonic(&self) -> Duration;
}
