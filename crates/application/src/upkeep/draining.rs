//! The time between the order to stop and the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether this server is about to stop. Clones share the answer. From the beginning on load balancers are told to send
/// nothing more, and everything that still comes is served.
#[derive(Debug, Clone, Default)]
pub struct Draining(Arc<AtomicBool>);

impl Draining {
    /// Begins. There is no way back.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it has begun.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
