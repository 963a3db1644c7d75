//! The handle that implements the ports.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use auth_domain::outbox::Subscribers;
use auth_ports::Failure;

use crate::state::{State, Wake};

/// Every store port on one shared state. Clones share the state and the switch for failures.
#[derive(Debug, Clone, Default)]
pub struct MemoryStores {
    state: Arc<Mutex<State>>,
    failing: Arc<AtomicBool>,
}

impl MemoryStores {
    /// Creates empty stores.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on, these subscribers get the events that this handle and its clones record.
    #[must_use]
    pub fn telling(self, subscribers: Subscribers) -> Self {
        self.look().subscribers = subscribers;
        self
    }

    /// From now on, this handle and its clones call `wake` after queueing an event.
    #[must_use]
    pub fn waking(self, wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        self.look().wake = Wake(wake);
        self
    }

    /// Returns a handle to the same state whose every call fails with [`Failure::Unavailable`], to test a use case of
    /// which one port is unreachable. This handle continues to work.
    #[must_use]
    pub fn with_failure(&self) -> Self {
        Self { state: Arc::clone(&self.state), failing: Arc::new(AtomicBool::new(true)) }
    }

    /// Makes every call of this handle and its clones fail with [`Failure::Unavailable`], or work again.
    pub fn set_failing(&self, failing: bool) {
        self.failing.store(failing, Ordering::SeqCst);
    }

    /// Locks the state for a port's method. The method holds the lock from beginning to end, as a transaction would.
    pub(crate) fn open(&self) -> Result<MutexGuard<'_, State>, Failure> {
        if self.failing.load(Ordering::SeqCst) {
            return Err(Failure::unavailable("switched off by the test"));
        }
        Ok(self.look())
    }

    /// Locks the state for a test's inspection, which never fails. A panic elsewhere leaves the state consistent,
    /// because methods check first and write afterwards.
    pub(crate) fn look(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
