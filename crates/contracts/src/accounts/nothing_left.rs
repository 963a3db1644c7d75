//! What a refusal must leave behind: nothing.

use auth_domain::proofs::ProofState;

use crate::Stores;
use crate::samples::SampleAccount;

/// Asserts that nothing of a refused sample can be found, and that none of its proofs paid for it.
pub(super) async fn assert_left_nothing(stores: &Stores, sample: &SampleAccount) {
    let account = &sample.account;
    let found = stores.accounts.find(account.id).await.expect("the store works");
    assert!(found.is_none(), "a refused account was stored: {found:?}");
    for held in &account.identifiers {
        let owner = stores.accounts.find_owner(&held.identifier).await.expect("the store works");
        assert_ne!(owner, Some(account.id), "{:?} belongs to a refused account", held.identifier);
    }
    let session =
        stores.accounts.find_in_session(account.id, account.session.id, account.created_at).await.expect("it works");
    assert!(session.is_none(), "the session of a refused account is alive");
    assert_unspent_by(stores, sample).await;
}

/// Asserts that none of the sample's proofs paid for it.
pub(super) async fn assert_unspent_by(stores: &Stores, sample: &SampleAccount) {
    for proof in &sample.proofs {
        if let ProofState::Spent(spending) = stores.proof(&proof.hash).await.state {
            assert_ne!(spending.user, sample.account.id, "a refused account spent its proof");
        }
    }
}
