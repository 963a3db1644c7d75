//! Everything that any service in this process logged, at every level.

use std::io::{self, Write};
use std::sync::{Mutex, Once, PoisonError};

use tracing_subscriber::EnvFilter;

static LOGGED: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Capture;

impl Write for Capture {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOGGED.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Starts capturing. This happens once per process, because the service's threads are many and short-lived.
pub(crate) fn capture() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // The HTTP client of the tests is not part of the service.
        let filter = EnvFilter::new("trace,reqwest=off,hyper=off,hyper_util=off,h2=off");
        let builder =
            tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).without_time().with_writer(|| Capture);
        let _ = builder.try_init();
    });
}

/// All log lines so far, of all services in this process.
#[must_use]
pub fn everything_logged() -> String {
    String::from_utf8_lossy(&LOGGED.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}
