//! What the service under test takes from the machine that it runs on.

use std::sync::{Arc, Mutex};

use auth_contracts::ManualClock;
use auth_ports::Clock;
use auth_server::{OsEntropy, SystemClock, World};

use crate::Messages;

/// The clock that the service uses.
#[derive(Debug, Clone)]
pub(crate) enum TestClock {
    Manual(ManualClock),
    System,
}

impl TestClock {
    pub(crate) fn shared(&self) -> Arc<dyn Clock> {
        match self {
            Self::Manual(clock) => Arc::new(clock.clone()),
            Self::System => Arc::new(SystemClock),
        }
    }
}

pub(crate) fn world(clock: &TestClock, messages: &Messages) -> World {
    World { clock: clock.shared(), entropy: Arc::new(OsEntropy), out: Arc::new(Mutex::new(messages.clone())) }
}
