//! The machine.

use std::io::Write;
use std::sync::{Arc, Mutex};

use auth_ports::{Clock, Entropy};

use crate::{OsEntropy, SystemClock};

/// What the service takes from the machine it runs on.
#[derive(Clone)]
pub struct World {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Where messages of profile `local` are printed.
    pub out: Arc<Mutex<dyn Write + Send>>,
}

impl World {
    /// The system's clock and randomness, and standard output.
    #[must_use]
    pub fn of_this_machine() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            entropy: Arc::new(OsEntropy),
            out: Arc::new(Mutex::new(std::io::stdout())),
        }
    }
}
