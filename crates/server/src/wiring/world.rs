//! The machine that the service runs on.

use std::io::Write;
use std::sync::{Arc, Mutex};

use auth_ports::{Clock, Entropy};

use crate::{OsEntropy, SystemClock};

/// What the service takes from the machine that it runs on.
#[derive(Clone)]
pub struct World {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Where the messages of profile `local` are printed.
    pub out: Arc<Mutex<dyn Write + Send>>,
}

impl World {
    /// Returns the system's clock and randomness, and standard output.
    #[must_use]
    pub fn of_this_machine() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            entropy: Arc::new(OsEntropy),
            out: Arc::new(Mutex::new(std::io::stdout())),
        }
    }
}
