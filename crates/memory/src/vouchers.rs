//! Vouchers: spent by the spender that their team registers, and remembered like proofs.

use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::payment::Payment;
use auth_domain::proofs::{Proof, ProofState, ProofSubject, REPEAT_WINDOW, Spending};
use auth_domain::sign_up::NewAccount;
use auth_domain::vouchers::{Voucher, VoucherKind, VoucherUse};

use crate::MemoryStores;
use crate::spenders::SpendVouchers;
use crate::state::{HeldProof, State};

impl MemoryStores {
    /// From now on, this spender serves this handle and its clones for this kind, in place of an earlier one.
    #[must_use]
    pub fn spending(self, kind: VoucherKind, spender: impl SpendVouchers + 'static) -> Self {
        self.look().spenders.set(kind, Arc::new(spender));
        self
    }
}

impl State {
    /// Returns the first of the vouchers that cannot be spent.
    pub(crate) fn unusable_voucher(&self, vouchers: &[Voucher], user: UserId, at: Timestamp) -> Option<VoucherKind> {
        let named_once = |voucher: &Voucher| vouchers.iter().filter(|other| *other == voucher).count() == 1;
        let is_good = |voucher: &Voucher| {
            let spender = self.spenders.of(voucher.kind());
            spender.is_some_and(|spender| spender.can_spend(&VoucherUse { voucher, user, at }))
        };
        let is_usable =
            |voucher: &Voucher| named_once(voucher) && self.proof(&voucher.hash()).is_none() && is_good(voucher);
        vouchers.iter().find(|voucher| !is_usable(voucher)).map(Voucher::kind)
    }

    /// Spends the account's vouchers, which can be spent, and remembers each as a spent proof.
    pub(crate) fn spend_vouchers(&mut self, account: &NewAccount) {
        let Some(Payment { vouchers, fingerprint, .. }) = &account.payment else { return };
        let (user, at) = (account.id, account.created_at);
        for voucher in vouchers {
            if let Some(spender) = self.spenders.of(voucher.kind()) {
                spender.spend(&VoucherUse { voucher, user, at });
            }
            let proof = Proof {
                hash: voucher.hash(),
                subject: ProofSubject::Voucher,
                client: account.session.origin.client.clone(),
                created_at: at,
                expires_at: at + REPEAT_WINDOW,
                state: ProofState::Spent(Spending { at, user, fingerprint: *fingerprint }),
            };
            self.proofs.push(HeldProof { proof, evidence: None, holder: None });
        }
    }
}
