//! Vouchers that pay.

use auth_domain::accounts::change::{AccountDeletion, Author};
use auth_domain::events::EventKind;
use auth_domain::proofs::{Proof, ProofState, ProofSubject, REPEAT_WINDOW, Spending};
use chrono::TimeDelta;

use super::{Vouchers, assert_unusable};
use crate::race;
use crate::samples::{
    SampleAccount, fingerprint_of, sample_event, sample_marks, sample_username, spelled_username, start,
};

/// How many registrations use one voucher at once.
const RACERS: usize = 50;

/// The store states that it has a spender for the kind, so that a program without one does not start.
pub async fn its_kind_is_known(vouchers: Vouchers) {
    let kind = vouchers.issue().kind();
    let kinds = vouchers.stores.accounts.voucher_kinds();
    assert!(kinds.contains(&kind), "{kind} is not among {kinds:?}");
}

/// A good voucher creates the account, with everything that belongs to it.
pub async fn a_voucher_pays_for_an_account(vouchers: Vouchers) {
    let sample = SampleAccount::new().with_username(&sample_username()).with_password();
    let sample = sample.paid_by_voucher(&vouchers.issue());
    vouchers.register(&sample).await.expect("a good voucher");
    let (account, accounts) = (&sample.account, &vouchers.stores.accounts);
    let found = accounts.find_in_session(account.id, account.session.id, account.created_at).await;
    let found = found.expect("the store works").expect("the account is there and its session is alive");
    assert_eq!((&found.identifiers, &found.password), (&account.identifiers, &account.password));
}

/// The record of a spent voucher identifies the request when it is repeated.
pub async fn a_spent_voucher_is_found_as_a_spent_proof(vouchers: Vouchers) {
    let voucher = vouchers.issue();
    let sample = SampleAccount::new().paid_by_voucher(&voucher);
    vouchers.register(&sample).await.expect("a good voucher");
    let account = &sample.account;
    let fingerprint = fingerprint_of(account.payment.as_ref());
    let expected = Proof {
        hash: voucher.hash(),
        subject: ProofSubject::Voucher,
        client: account.session.origin.client.clone(),
        created_at: account.created_at,
        expires_at: account.created_at + REPEAT_WINDOW,
        state: ProofState::Spent(Spending { at: account.created_at, user: account.id, fingerprint }),
    };
    assert_eq!(vouchers.stores.proof(&voucher.hash()).await, expected, "left: found, right: spent");
}

/// A voucher pays once, even for the same request: a repetition is recognised by what was spent.
pub async fn a_voucher_pays_once(vouchers: Vouchers) {
    let voucher = vouchers.issue();
    let first = SampleAccount::new().paid_by_voucher(&voucher);
    vouchers.register(&first).await.expect("a good voucher");
    let mut again = SampleAccount::new().paid_by_voucher(&voucher);
    let fingerprint = fingerprint_of(first.account.payment.as_ref());
    again.account.payment.iter_mut().for_each(|payment| payment.fingerprint = fingerprint);
    let stranger = SampleAccount::new().with_email().paid_by_voucher(&voucher);
    for (what, sample) in [("the same request", again), ("another request", stranger)] {
        vouchers.assert_refused(&sample, voucher.kind(), what).await;
    }
}

/// Deleting an account frees its names, but not what paid for it.
pub async fn a_voucher_stays_spent_when_its_account_is_deleted(vouchers: Vouchers) {
    let voucher = vouchers.issue();
    let sample = SampleAccount::new().paid_by_voucher(&voucher);
    vouchers.register(&sample).await.expect("a good voucher");
    let deletion = AccountDeletion {
        user: sample.account.id,
        by: Author::Operator,
        payment: None,
        event: sample_event(sample.account.id, EventKind::AccountDeleted),
        telling: None,
        at: start(),
    };
    vouchers.stores.accounts.delete(deletion).await.expect("the account is there");
    let found = vouchers.stores.proofs.find(&voucher.hash()).await.expect("the store works");
    assert!(found.is_none(), "a record that names a deleted account: {found:?}");
    let again = SampleAccount::new().paid_by_voucher(&voucher);
    vouchers.assert_refused(&again, voucher.kind(), "a voucher of a deleted account").await;
}

/// The record for repetitions is swept like proofs, while the spender remembers forever.
pub async fn a_voucher_stays_spent_when_it_is_forgotten(vouchers: Vouchers) {
    let voucher = vouchers.issue();
    vouchers.assert_pays(&voucher, "a good voucher").await;
    let after = start() + REPEAT_WINDOW;
    let swept = vouchers.stores.upkeep.sweep(after, 10, &sample_marks()).await.expect("the store works");
    assert_eq!(swept, 0, "it expires at this very instant");
    vouchers
        .stores
        .upkeep
        .sweep(after + TimeDelta::microseconds(1), 10, &sample_marks())
        .await
        .expect("the store works");
    let found = vouchers.stores.proofs.find(&voucher.hash()).await.expect("the store works");
    assert!(found.is_none(), "it was not swept: {found:?}");
    let again = SampleAccount::new().paid_by_voucher(&voucher);
    vouchers.assert_refused(&again, voucher.kind(), "a voucher that the store has forgotten").await;
}

/// Of fifty concurrent registrations with the same voucher, exactly one is stored. The others are refused because of
/// the voucher, and leave nothing behind.
pub async fn of_fifty_with_one_voucher_one_wins(vouchers: Vouchers) {
    let voucher = vouchers.issue();
    let kind = voucher.kind();
    let samples = (0..RACERS).map(|_| SampleAccount::new().with_username(&sample_username()));
    let samples: Vec<_> = samples.map(|sample| sample.paid_by_voucher(&voucher)).collect();
    let racers = samples.iter().cloned().map(|sample| {
        let vouchers = vouchers.clone();
        async move { vouchers.register(&sample).await }
    });
    let outcomes = race(racers).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "winners among {outcomes:?}");
    for (sample, outcome) in samples.iter().zip(&outcomes).filter(|(_, outcome)| outcome.is_err()) {
        assert_unusable(outcome, kind, "a loser");
        let name = &sample.account.identifiers[0].identifier;
        let owner = vouchers.stores.accounts.find_owner(name).await.expect("the store works");
        assert_eq!(owner, None, "a loser's name was stored");
    }
}

/// An anonymous user becomes an ordinary one under the same id, and pays with a voucher like anybody else.
pub async fn an_anonymous_user_signs_up_with_a_voucher(vouchers: Vouchers) {
    let (good, username) = (vouchers.issue(), sample_username());
    let anonymous = SampleAccount::anonymous();
    vouchers.stores.sign_up(&anonymous).await;
    let named = || SampleAccount::new().with_username(&username).of_anonymous(&anonymous);
    let unpaid = named().paid_by_voucher(&Vouchers::unknown(&good));
    vouchers.assert_refused(&unpaid, good.kind(), "an unknown voucher").await;
    vouchers.register(&named().paid_by_voucher(&good)).await.expect("a good voucher");
    let owner = vouchers.stores.accounts.find_owner(&spelled_username(&username)).await.expect("the store works");
    assert_eq!(owner, Some(anonymous.account.id), "the id is kept");
}

/// Two vouchers pay for one account, and both are spent then.
pub async fn several_vouchers_pay_together(vouchers: Vouchers) {
    let both = [vouchers.issue(), vouchers.issue()];
    let sample = both.iter().fold(SampleAccount::new(), |sample, voucher| sample.paid_by_voucher(voucher));
    vouchers.register(&sample).await.expect("two good vouchers");
    for voucher in both {
        let again = SampleAccount::new().paid_by_voucher(&voucher);
        vouchers.assert_refused(&again, voucher.kind(), "one of two spent vouchers").await;
    }
}
