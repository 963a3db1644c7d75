//! What others do while a use case is at work: between what it looked up and what it writes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use auth_contracts::ScriptedEntropy;
use auth_ports::Entropy;

/// What happens while a password is hashed or something random is drawn, whichever comes first. One thing each
/// time, in the order of planning. Clones share the plan.
#[derive(Clone, Default)]
pub(crate) struct Meanwhile(Arc<Mutex<VecDeque<Deed>>>);

type Deed = Box<dyn FnOnce() + Send>;

impl Meanwhile {
    /// Plans one more thing.
    pub(crate) fn plan(&self, deed: impl FnOnce() + Send + 'static) {
        self.0.lock().expect("not poisoned").push_back(Box::new(deed));
    }

    /// Forgets what is planned.
    pub(crate) fn clear(&self) {
        self.0.lock().expect("not poisoned").clear();
    }

    pub(super) fn happen(&self) {
        // The lock is free again when the deed, which may itself draw, is done.
        let deed = self.0.lock().expect("not poisoned").pop_front();
        if let Some(deed) = deed {
            deed();
        }
    }
}

/// Draws by a script, and lets happen what happens meanwhile. Clones share both.
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
