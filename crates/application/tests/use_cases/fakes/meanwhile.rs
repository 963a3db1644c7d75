//! What others do while a use case is running, between what it reads and what it writes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use auth_contracts::ScriptedEntropy;
use auth_ports::Entropy;

/// What happens while a password is hashed or random bytes are drawn, whichever comes first. One thing happens each
/// time, in the order of planning. Clones share the plan.
#[derive(Clone, Default)]
pub(crate) struct Meanwhile(Arc<Mutex<VecDeque<Deed>>>);

type Deed = Box<dyn FnOnce() + Send>;

impl Meanwhile {
    /// Plans one more thing.
    pub(crate) fn plan(&self, deed: impl FnOnce() + Send + 'static) {
        self.0.lock().expect("not poisoned").push_back(Box::new(deed));
    }

    /// Forgets what was planned.
    pub(crate) fn clear(&self) {
        self.0.lock().expect("not poisoned").clear();
    }

    pub(super) fn happen(&self) {
        // The lock is released before the deed runs, because that may draw random bytes itself.
        let deed = self.0.lock().expect("not poisoned").pop_front();
        if let Some(deed) = deed {
            deed();
        }
    }
}

/// Draws bytes from a script, and runs what was planned to happen meanwhile. Clones share both.
#[derive(Clone, Default)]
pub(crate) struct FakeEntropy {
    pub(crate) script: ScriptedEntropy,
    pub(crate) meanwhile: Meanwhile,
}

impl Entropy for FakeEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        self.meanwhile.happen();
        self.script.fill(bytes);
    }
}
