//! Promises of `AccountStore` about vouchers, which a store and the spender of a kind keep together. They are stamped
//! on [`Vouchers`].

mod refused;
mod spent;
mod unspent;

use std::sync::Arc;

use auth_domain::vouchers::{Voucher, VoucherKind};
use auth_ports::{Halt, RegisterRefusal};

pub use refused::*;
pub use spent::*;
pub use unspent::*;

use crate::Stores;
use crate::samples::{SampleAccount, unique};

/// Stamps the promises about vouchers into the tests of a store or of a spender. The argument is an async function that
/// makes [`Vouchers`](crate::vouchers::Vouchers) and a guard.
#[macro_export]
macro_rules! vouchers {
    ($make:expr) => {
        $crate::stamp!(
            vouchers,
            $make,
            [
                its_kind_is_known,
                a_voucher_pays_for_an_account,
                a_spent_voucher_is_found_as_a_spent_proof,
                a_voucher_pays_once,
                a_voucher_stays_spent_when_its_account_is_deleted,
                a_voucher_stays_spent_when_it_is_forgotten,
                of_fifty_with_one_voucher_one_wins,
                an_anonymous_user_signs_up_with_a_voucher,
                several_vouchers_pay_together,
                an_unknown_voucher_is_unusable,
                a_voucher_of_another_kind_is_unusable,
                a_voucher_that_is_named_twice_is_unusable,
                one_unusable_voucher_spares_the_other,
                an_unusable_voucher_spares_the_proof,
                an_unusable_proof_is_reported_before_an_unusable_voucher,
                an_unusable_voucher_is_reported_before_what_is_taken,
                a_voucher_pays_for_nothing_but_an_account,
                a_refusal_leaves_the_voucher_unspent,
                a_look_spends_nothing,
                a_look_finds_what_is_unusable,
                an_unspent_voucher_is_not_found,
            ]
        );
    };
}

/// Fresh stores that spend vouchers of one kind, and a function that issues such vouchers. Clones share both.
#[derive(Clone)]
pub struct Vouchers {
    stores: Stores,
    issue: Arc<dyn Fn() -> Voucher + Send + Sync>,
}

impl Vouchers {
    /// Combines stores with a function that issues a new voucher with every call, which they would spend. All of its
    /// vouchers have the same kind. It may block.
    #[must_use]
    pub fn new(stores: Stores, issue: impl Fn() -> Voucher + Send + Sync + 'static) -> Self {
        Self { stores, issue: Arc::new(issue) }
    }

    fn issue(&self) -> Voucher {
        (self.issue)()
    }

    /// Makes a voucher that nobody issued, of the same kind as this one.
    fn unknown(like: &Voucher) -> Voucher {
        Voucher::new(like.kind(), format!("never-issued-{}", unique()))
    }

    /// Stores the sample's proofs and tries to register it.
    async fn register(&self, sample: &SampleAccount) -> Result<(), Halt<RegisterRefusal>> {
        self.stores.try_sign_up(sample).await
    }

    async fn assert_pays(&self, voucher: &Voucher, what: &str) {
        let outcome = self.register(&SampleAccount::new().paid_by_voucher(voucher)).await;
        assert!(outcome.is_ok(), "{what}: {outcome:?}");
    }

    async fn assert_refused(&self, sample: &SampleAccount, kind: VoucherKind, what: &str) {
        assert_unusable(&self.register(sample).await, kind, what);
        let found = self.stores.accounts.find(sample.account.id).await.expect("the store works");
        assert!(sample.account.was_anonymous || found.is_none(), "{what}: a refused account was stored: {found:?}");
    }
}

fn assert_unusable(outcome: &Result<(), Halt<RegisterRefusal>>, kind: VoucherKind, what: &str) {
    let is_refused = matches!(outcome, Err(Halt::Refused(RegisterRefusal::VoucherUnusable(named))) if *named == kind);
    assert!(is_refused, "{what}: {outcome:?}");
}
