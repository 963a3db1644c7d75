//! What pays for a write.

use crate::fingerprint::Fingerprint;
use crate::proofs::ProofHash;

/// What pays for a write, spent in its transaction: by the first success, and not at all when it is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Proofs; each must be unspent and alive.
    pub proofs: Vec<ProofHash>,
    /// The request that pays, kept with what was spent.
    pub fingerprint: Fingerprint,
}

impl Payment {
    /// With these proofs. `None` when there are none: then nothing is spent, and there is nothing to keep.
    #[must_use]
    pub fn with(proofs: Vec<ProofHash>, fingerprint: Fingerprint) -> Option<Self> {
        (!proofs.is_empty()).then_some(Self { proofs, fingerprint })
    }
}
