//! Promises of `renew_password_hash`.

use auth_domain::accounts::Account;
use auth_domain::accounts::change::Change;

use super::change::{apply, everything, find};
use crate::Stores;
use crate::samples::{SampleAccount, sample_password_hash};

/// The new hash replaces the old one; the password's time stays as it was, and nothing else changes.
pub async fn renews_an_unchanged_hash(stores: Stores) {
    let (sample, other) = (everything(&stores).await, everything(&stores).await);
    let before = [find(&stores, sample.account.id).await, find(&stores, other.account.id).await];
    let (old, new) = (sample.account.password.expect("it has one"), sample_password_hash());
    stores.accounts.renew_password_hash(sample.account.id, old, new.clone()).await.expect("the store works");
    let [renewed, untouched] = before;
    let renewed = Account { password: Some(new), ..renewed };
    assert_eq!(find(&stores, sample.account.id).await, renewed, "left: after renewing, right: expected");
    assert_eq!(find(&stores, other.account.id).await, untouched, "another account, left: after renewing");
}

/// A password that was changed meanwhile stays changed.
pub async fn a_changed_password_is_not_renewed(stores: Stores) {
    let sample = everything(&stores).await;
    let (old, changed) = (sample.account.password.clone().expect("it has one"), sample_password_hash());
    apply(&stores, &sample, vec![Change::Password(changed.clone())]).await.expect("changed");
    let renewal = stores.accounts.renew_password_hash(sample.account.id, old, sample_password_hash()).await;
    assert!(renewal.is_ok(), "a password that was changed meanwhile: {renewal:?}");
    assert_eq!(find(&stores, sample.account.id).await.password, Some(changed), "the password");
}

/// If there is no password, none is set.
pub async fn a_missing_password_is_not_renewed(stores: Stores) {
    let sample = SampleAccount::new().with_email();
    stores.sign_up(&sample).await;
    for user in [sample.account.id, SampleAccount::new().account.id] {
        let renewal = stores.accounts.renew_password_hash(user, sample_password_hash(), sample_password_hash()).await;
        assert!(renewal.is_ok(), "a missing password: {renewal:?}");
    }
    assert_eq!(find(&stores, sample.account.id).await.password, None, "the password");
}
