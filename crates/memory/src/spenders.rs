//! The spenders of vouchers.

use std::fmt;
use std::sync::Arc;

use auth_domain::vouchers::{VoucherKind, VoucherUse};

/// Spends vouchers of one kind, which are kept elsewhere. Both methods are called while the state of the stores is
/// locked, so nothing happens between them; neither may call the stores.
pub trait SpendVouchers: Send + Sync {
    /// Whether the voucher can be spent.
    fn can_spend(&self, of: &VoucherUse<'_>) -> bool;

    /// Spends the voucher. It can be spent, and the account is being stored.
    fn spend(&self, of: &VoucherUse<'_>);
}

/// The spenders of vouchers, by kind.
#[derive(Default)]
pub(crate) struct Spenders(Vec<(VoucherKind, Arc<dyn SpendVouchers>)>);

impl Spenders {
    pub(crate) fn kinds(&self) -> Vec<VoucherKind> {
        self.0.iter().map(|(kind, _)| *kind).collect()
    }

    /// Sets the spender of this kind, in place of an earlier one.
    pub(crate) fn set(&mut self, kind: VoucherKind, spender: Arc<dyn SpendVouchers>) {
        self.0.retain(|(known, _)| *known != kind);
        self.0.push((kind, spender));
    }

    pub(crate) fn of(&self, kind: VoucherKind) -> Option<&Arc<dyn SpendVouchers>> {
        self.0.iter().find(|(known, _)| *known == kind).map(|(_, spender)| spender)
    }
}

impl fmt::Debug for Spenders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.kinds()).finish()
    }
}
