//! What the stores are on.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use auth_extension::{Kit, Storage, StorePart, StorePorts, StoreSetup};
use auth_memory::MemoryStores;
use auth_settings::Problem;

use crate::{CountedAccounts, Counts};

/// Memory, counted.
pub struct DemoStorage {
    memory: MemoryStores,
    counts: Arc<Counts>,
    out: Arc<Mutex<dyn Write + Send>>,
}

impl DemoStorage {
    /// Empty stores.
    ///
    /// # Errors
    /// A [`Problem`] in production, which must not forget, and when an extension adds to another sort of store.
    pub fn open(parts: &[StorePart], kit: &Kit) -> Result<Self, Problem> {
        if kit.profile().is_production() {
            return Err(Problem::new("forgets everything with the process: it is not for production"));
        }
        match parts.first() {
            Some(part) => Err(Problem::new(format!("{} adds to a store that is not this one", part.owner))),
            None => Ok(Self { memory: MemoryStores::new(), counts: Arc::default(), out: kit.out() }),
        }
    }
}

impl Storage for DemoStorage {
    fn name(&self) -> &str {
        "demo"
    }

    fn stores(&self, setup: &StoreSetup) -> Result<StorePorts, Problem> {
        let memory = self.memory.clone().telling(setup.subscribers.clone()).waking(Arc::clone(&setup.wake));
        let stores = StorePorts::of(Arc::new(memory));
        let accounts = CountedAccounts::new(Arc::clone(&stores.accounts), Arc::clone(&self.counts));
        Ok(StorePorts { accounts: Arc::new(accounts), ..stores })
    }

    fn close(self: Box<Self>) -> Result<(), Problem> {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(out, "the demonstration is over: {}", self.counts)?;
        Ok(())
    }
}
