//! The machine.

use std::io::Write;
use std::sync::{Arc, Mutex};

use auth_ports::{Clock, Entropy};

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
