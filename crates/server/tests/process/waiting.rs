//! Bounded waits.

use std::thread;
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(20);
/// One minute, because a first start creates a cluster, possibly on a busy machine.
const PAUSES: usize = 3_000;

/// Returns what `look` finds, as soon as it finds something.
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..PAUSES {
        if let Some(found) = look() {
            return found;
        }
        thread::sleep(PAUSE);
    }
    panic!("not within a minute: {what}");
}

/// Waits until `check` holds.
pub(crate) fn wait_until(what: &str, mut check: impl FnMut() -> bool) {
    wait_for(what, || check().then_some(()));
}
