//! Vouchers that do not pay.

use auth_domain::proofs::ProofState;
use auth_domain::vouchers::{Voucher, VoucherKind};
use auth_ports::{BeginRefusal, Halt, RegisterRefusal};

use super::Vouchers;
use crate::samples::{SampleAccount, pay_with_voucher, sample_begin, sample_proof, sample_session, sample_username};

/// A voucher that nobody issued pays for nothing.
pub async fn an_unknown_voucher_is_unusable(vouchers: Vouchers) {
    let unknown = Vouchers::unknown(&vouchers.issue());
    let sample = SampleAccount::new().with_username(&sample_username()).paid_by_voucher(&unknown);
    vouchers.assert_refused(&sample, unknown.kind(), "an unknown voucher").await;
    let found = vouchers.stores.proofs.find(&unknown.hash()).await.expect("the store works");
    assert!(found.is_none(), "an unknown voucher was remembered: {found:?}");
}

/// A voucher of a kind without a spender is refused like one that nobody issued.
pub async fn a_voucher_of_another_kind_is_unusable(vouchers: Vouchers) {
    let other = Voucher::new(VoucherKind::new("kind_without_a_spender"), vouchers.issue().value());
    let sample = SampleAccount::new().paid_by_voucher(&other);
    vouchers.assert_refused(&sample, other.kind(), "a kind that nobody spends").await;
}

/// One voucher does not count as two.
pub async fn a_voucher_that_is_named_twice_is_unusable(vouchers: Vouchers) {
    let voucher = vouchers.issue();
    let twice = SampleAccount::new().paid_by_voucher(&voucher).paid_by_voucher(&voucher);
    vouchers.assert_refused(&twice, voucher.kind(), "one voucher, named twice").await;
    vouchers.assert_pays(&voucher, "the same voucher, named once").await;
}

/// If one of two vouchers is bad, the good one stays unspent, whichever comes first.
pub async fn one_unusable_voucher_spares_the_other(vouchers: Vouchers) {
    let good = vouchers.issue();
    let bad = Vouchers::unknown(&good);
    for pair in [[&good, &bad], [&bad, &good]] {
        let sample = pair.into_iter().fold(SampleAccount::new(), |sample, voucher| sample.paid_by_voucher(voucher));
        vouchers.assert_refused(&sample, bad.kind(), "a good voucher along with a bad one").await;
    }
    vouchers.assert_pays(&good, "the good one").await;
}

/// A proof that is presented together with a bad voucher stays unspent.
pub async fn an_unusable_voucher_spares_the_proof(vouchers: Vouchers) {
    let bad = Vouchers::unknown(&vouchers.issue());
    let sample = SampleAccount::new().with_email().paid_by_voucher(&bad);
    vouchers.assert_refused(&sample, bad.kind(), "a good proof along with a bad voucher").await;
    assert_eq!(vouchers.stores.proof(&sample.proofs[0].hash).await.state, ProofState::Unspent);
}

/// If both a proof and a voucher are bad, the proof is reported. A good voucher that is presented together with a bad
/// proof stays unspent.
pub async fn an_unusable_proof_is_reported_before_an_unusable_voucher(vouchers: Vouchers) {
    let good = vouchers.issue();
    for voucher in [&Vouchers::unknown(&good), &good] {
        let sample = SampleAccount::new().with_email().paid_by(&sample_proof()).paid_by_voucher(voucher);
        let outcome = vouchers.register(&sample).await;
        assert!(matches!(outcome, Err(Halt::Refused(RegisterRefusal::ProofUnusable))), "{voucher:?}: {outcome:?}");
    }
    vouchers.assert_pays(&good, "the good voucher").await;
}

/// A caller without a good voucher learns nothing about names.
pub async fn an_unusable_voucher_is_reported_before_what_is_taken(vouchers: Vouchers) {
    let (good, username) = (vouchers.issue(), sample_username());
    let bad = Vouchers::unknown(&good);
    let owner = SampleAccount::new().with_username(&username).paid_by_voucher(&good);
    vouchers.register(&owner).await.expect("a good voucher");
    let rival = SampleAccount::new().with_username(&username).paid_by_voucher(&bad);
    vouchers.assert_refused(&rival, bad.kind(), "a taken name without a voucher").await;
    let same_id = SampleAccount::new().with_id(owner.account.id).paid_by_voucher(&bad);
    super::assert_unusable(&vouchers.register(&same_id).await, bad.kind(), "an id in use without a voucher");
}

/// No other write accepts vouchers: a session that one should pay for is refused, and the voucher stays good.
pub async fn a_voucher_pays_for_nothing_but_an_account(vouchers: Vouchers) {
    let (first, voucher) = (vouchers.issue(), vouchers.issue());
    let owner = SampleAccount::new().paid_by_voucher(&first);
    vouchers.register(&owner).await.expect("a good voucher");
    let mut begin = sample_begin(sample_session(owner.account.id));
    pay_with_voucher(&mut begin.payment, voucher.clone());
    let outcome = vouchers.stores.sessions.begin(begin).await;
    assert!(matches!(outcome, Err(Halt::Refused(BeginRefusal::ProofUnusable))), "a session: {outcome:?}");
    vouchers.assert_pays(&voucher, "a voucher that a session did not take").await;
}
