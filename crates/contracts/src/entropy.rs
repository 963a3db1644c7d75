//! Predictable randomness.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use auth_ports::Entropy;

/// Draws 1, 2, 3 … as big-endian numbers: never the same twice, but the same in every run. Clones
/// share one counter.
#[derive(Debug, Clone, Default)]
pub struct CountingEntropy(Arc<AtomicU64>);

impl CountingEntropy {
    /// Makes a source that starts at 1.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Entropy for CountingEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let drawn = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        write_number(bytes, drawn);
    }
}

/// Draws what the script says for a draw of that length, and counts where it says nothing. Scripts
/// are kept by length, so that a test that wants the same user id (4 bytes) twice need not know what
/// else is drawn in between. Clones share one script.
#[derive(Debug, Clone, Default)]
pub struct ScriptedEntropy {
    script: Arc<Mutex<HashMap<usize, VecDeque<Vec<u8>>>>>,
    otherwise: CountingEntropy,
}

impl ScriptedEntropy {
    /// Makes a source with an empty script.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends the outcome of one more draw of this many bytes.
    #[must_use]
    pub fn then(self, bytes: &[u8]) -> Self {
        self.push(bytes);
        self
    }

    /// Appends the outcome of one more draw of this many bytes, while it is in use.
    pub fn push(&self, bytes: &[u8]) {
        let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        script.entry(bytes.len()).or_default().push_back(bytes.to_vec());
    }

    fn next(&self, length: usize) -> Option<Vec<u8>> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&length)?.pop_front()
    }
}

impl Entropy for ScriptedEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        match self.next(bytes.len()) {
            Some(scripted) => bytes.copy_from_slice(&scripted),
            None => self.otherwise.fill(bytes),
        }
    }
}

/// Writes a number in big-endian order at the end of the bytes, as far as there is room.
pub(crate) fn write_number(bytes: &mut [u8], number: u64) {
    bytes.fill(0);
    for (place, digit) in bytes.iter_mut().rev().zip(number.to_le_bytes()) {
        *place = digit;
    }
}
