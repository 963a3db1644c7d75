//! Waiting for a server that may never answer.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use super::opening::ConnectError;

/// How long opening a connection may take. libpq's `connect_timeout` counts for each address anew and ends with the
/// handshake; what comes after it may also meet silence, and r2d2 opens three connections at a time at most.
const LONGEST: Duration = Duration::from_secs(15);
/// How many threads this process may leave behind at a time.
const MOST: usize = 64;

/// Those that run, which are mostly those that were left behind.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// Does `work` on a thread of its own. If that takes too long, the thread is left behind, and ends when the work does.
///
/// # Errors
/// Those of the work, [`ConnectError::Silent`] if it takes too long, and [`ConnectError::NoThread`].
pub(crate) fn within<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ConnectError> + Send + 'static,
) -> Result<T, ConnectError> {
    let one = One::more();
    if one.number > MOST {
        return Err(ConnectError::Silent);
    }
    let (tell, told) = channel();
    let opens = move || {
        let outcome = work();
        drop(one);
        let _ = tell.send(outcome); // nobody may wait for it any more
    };
    thread::Builder::new().name("database opens".to_owned()).spawn(opens).map_err(ConnectError::NoThread)?;
    told.recv_timeout(LONGEST).unwrap_or(Err(ConnectError::Silent))
}

/// Counts as running until it is dropped.
struct One {
    number: usize,
}

impl One {
    fn more() -> Self {
        Self { number: RUNNING.fetch_add(1, Ordering::Relaxed) + 1 }
    }
}

impl Drop for One {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::Relaxed);
    }
}
