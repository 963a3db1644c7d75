//! Vouchers that stay good.

use auth_domain::identifier::IdentifierKind;
use auth_domain::vouchers::{Voucher, VoucherKind};
use auth_ports::{Halt, RegisterRefusal};

use super::Vouchers;
use crate::samples::{SampleAccount, sample_email, sample_external_profile, sample_proof, sample_username, start};

/// Whatever the reason for refusing an account, its voucher stays as it was.
pub async fn a_refusal_leaves_the_voucher_unspent(vouchers: Vouchers) {
    let (username, email, profile) = (sample_username(), sample_email(), sample_external_profile());
    let owner = SampleAccount::new().with_username(&username).with_address(email.clone());
    let owner = owner.with_external_profile(profile.clone());
    vouchers.stores.sign_up(&owner).await;
    let taken =
        |kind| move |refusal: &RegisterRefusal| matches!(refusal, RegisterRefusal::IdentifierTaken(k) if *k == kind);
    assert_spared(&vouchers, SampleAccount::new().with_username(&username), taken(IdentifierKind::USERNAME)).await;
    assert_spared(&vouchers, SampleAccount::new().with_address(email), taken(IdentifierKind::EMAIL)).await;
    let bound = SampleAccount::new().with_external_profile(profile);
    assert_spared(&vouchers, bound, |refusal| matches!(refusal, RegisterRefusal::ExternalIdentityTaken)).await;
    let unproven = SampleAccount::new().paid_by(&sample_proof());
    assert_spared(&vouchers, unproven, |refusal| matches!(refusal, RegisterRefusal::ProofUnusable)).await;
    let in_use = SampleAccount::new().with_id(owner.account.id);
    assert_spared(&vouchers, in_use, |refusal| matches!(refusal, RegisterRefusal::UserIdTaken)).await;
    let not_anonymous = SampleAccount::new().of_anonymous(&owner);
    assert_spared(&vouchers, not_anonymous, |refusal| matches!(refusal, RegisterRefusal::UserIdTaken)).await;
}

async fn assert_spared(vouchers: &Vouchers, sample: SampleAccount, is_it: impl Fn(&RegisterRefusal) -> bool) {
    let voucher = vouchers.issue();
    let outcome = vouchers.register(&sample.paid_by_voucher(&voucher)).await;
    assert!(matches!(&outcome, Err(Halt::Refused(refusal)) if is_it(refusal)), "{outcome:?}");
    let found = vouchers.stores.proofs.find(&voucher.hash()).await.expect("the store works");
    assert!(found.is_none(), "a refused account's voucher was remembered: {found:?}");
    vouchers.assert_pays(&voucher, &format!("the voucher after {outcome:?}")).await;
}

/// A look at a good voucher finds nothing wrong, however often it is repeated, and the voucher stays good.
pub async fn a_look_spends_nothing(vouchers: Vouchers) {
    let voucher = vouchers.issue();
    for look in 1..=2 {
        assert_eq!(look_at(&vouchers, &[&voucher]).await, None, "look {look}");
    }
    vouchers.assert_pays(&voucher, "a voucher that was looked at").await;
}

/// A look returns the kind of the first voucher that cannot be spent: unknown, spent, or of a kind without a spender.
pub async fn a_look_finds_what_is_unusable(vouchers: Vouchers) {
    let (good, spent) = (vouchers.issue(), vouchers.issue());
    vouchers.assert_pays(&spent, "a good voucher").await;
    let other = Voucher::new(VoucherKind::new("kind_without_a_spender"), good.value());
    for (what, bad) in [("unknown", Vouchers::unknown(&good)), ("spent", spent), ("of another kind", other)] {
        assert_eq!(look_at(&vouchers, &[&good, &bad]).await, Some(bad.kind()), "a voucher that is {what}");
    }
    vouchers.assert_pays(&good, "the good one").await;
}

async fn look_at(vouchers: &Vouchers, these: &[&Voucher]) -> Option<VoucherKind> {
    let these: Vec<Voucher> = these.iter().map(|voucher| (*voucher).clone()).collect();
    let user = SampleAccount::new().account.id;
    let looked = vouchers.stores.accounts.find_unusable_voucher(&these, user, start()).await;
    looked.expect("the store works")
}

/// A voucher that was not spent has no record by which a request could be recognised.
pub async fn an_unspent_voucher_is_not_found(vouchers: Vouchers) {
    let voucher = vouchers.issue();
    let found = vouchers.stores.proofs.find(&voucher.hash()).await.expect("the store works");
    assert!(found.is_none(), "an unspent voucher was found: {found:?}");
}
