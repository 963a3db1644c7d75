//! What pays for a write.

use crate::fingerprint::Fingerprint;
use crate::proofs::{ProofHash, RequiredProof};
use crate::secret_bytes::SecretHash;
use crate::vouchers::Voucher;

/// What pays for a write. It is spent in the transaction of the write by the first success, and not at all if the
/// write is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The proofs. Each must be unspent and unexpired.
    pub proofs: Vec<ProofHash>,
    /// The vouchers. Each must be accepted by its spender. They pay for new accounts only: any other write is refused
    /// as if a proof were unusable.
    pub vouchers: Vec<Voucher>,
    /// The fingerprint of the request, which is stored with what was spent.
    pub fingerprint: Fingerprint,
    /// What each proof must be to pay, beside being unspent and unexpired. With it a write needs no look at the proof first.
    pub required: Option<RequiredProof>,
}

impl Payment {
    /// A payment with these proofs and vouchers. `None` if there are neither, because then nothing is spent and there
    /// is nothing to remember.
    #[must_use]
    pub fn with(proofs: Vec<ProofHash>, vouchers: Vec<Voucher>, fingerprint: Fingerprint) -> Option<Self> {
        let pays = !proofs.is_empty() || !vouchers.is_empty();
        pays.then_some(Self { proofs, vouchers, fingerprint, required: None })
    }

    /// The payment with one proof, if it is one of this address.
    #[must_use]
    pub fn with_proof_of(required: RequiredProof, proof: ProofHash, fingerprint: Fingerprint) -> Self {
        Self { proofs: vec![proof], vouchers: Vec::new(), fingerprint, required: Some(required) }
    }

    /// Returns the hash that connects the sessions of a request and its repetitions: that of the first proof, or of
    /// the first voucher if no proof pays.
    #[must_use]
    pub fn mark(&self) -> Option<SecretHash> {
        self.proofs.first().copied().or_else(|| self.vouchers.first().map(Voucher::hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vouchers::VoucherKind;

    #[test]
    fn a_payment_is_marked_by_its_first_proof_or_else_by_its_first_voucher() {
        let fingerprint = Fingerprint::from_bytes([1; 32]);
        let proof = SecretHash::of(b"token");
        let voucher = Voucher::new(VoucherKind::new("invitation_code"), "WELCOME-1");
        for (proofs, vouchers, mark) in [
            (vec![], vec![], None),
            (vec![proof], vec![], Some(proof)),
            (vec![], vec![voucher.clone()], Some(voucher.hash())),
            (vec![proof], vec![voucher], Some(proof)),
        ] {
            let payment = Payment::with(proofs, vouchers, fingerprint);
            assert_eq!(payment.as_ref().and_then(Payment::mark), mark, "{payment:?}");
        }
    }
}
