//! Promises of `AccountStore`.

mod lookups;
mod races;
mod refusals;
mod register;

pub use lookups::*;
pub use races::*;
pub use refusals::*;
pub use register::*;

use auth_domain::proofs::ProofState;

use crate::Stores;
use crate::samples::SampleAccount;

/// Stamps the promises of `AccountStore` into an adapter's tests. The argument is an async function
/// that makes fresh [`Stores`] and a guard.
#[macro_export]
macro_rules! accounts {
    ($make:expr) => {
        $crate::stamp!(
            run,
            accounts,
            $make,
            [
                // register
                stores_every_part,
                stores_an_account_of_a_third_party_alone,
                stores_an_account_without_proofs,
                begins_the_first_session,
                records_the_event,
                spends_its_proofs,
                spends_two_proofs_together,
                takes_a_proof_until_its_last_instant,
                // refusals
                a_taken_identifier_is_named,
                a_username_is_taken_in_every_spelling,
                an_email_is_taken_in_every_spelling,
                a_taken_username_leaves_nothing_behind,
                a_taken_external_identity_is_refused,
                an_external_identity_is_provider_and_subject,
                an_unknown_proof_is_unusable,
                a_spent_proof_is_unusable,
                an_expired_proof_is_unusable,
                one_unusable_proof_spares_the_other,
                an_unusable_proof_is_reported_before_a_taken_identifier,
                an_unusable_proof_is_reported_before_a_taken_external_identity,
                an_unusable_proof_is_reported_before_a_used_user_id,
                a_user_id_in_use_is_refused,
                // races
                of_fifty_with_one_address_one_wins,
                of_fifty_with_one_username_in_two_spellings_one_wins,
                of_fifty_with_one_proof_one_wins,
                of_fifty_with_one_external_identity_one_wins,
                of_fifty_with_one_user_id_one_wins,
                of_fifty_with_two_names_in_either_order_one_wins,
                of_fifty_with_two_proofs_in_either_order_one_wins,
                strangers_do_not_hinder_each_other,
                // lookups
                finds_the_owner_by_every_identifier,
                finds_the_owner_by_another_spelling,
                finds_no_owner_of_an_unknown_identifier,
                keeps_kinds_of_identifiers_apart,
                finds_no_unknown_account,
                finds_in_a_live_session,
                finds_in_a_session_until_its_last_instant,
                finds_nothing_in_an_expired_session,
                finds_nothing_in_an_unknown_session,
                finds_nothing_in_another_users_session,
                finds_nothing_for_an_unknown_user,
                is_ready,
            ]
        );
    };
}

/// Nothing of a refused sample is to be found, and none of its proofs paid for it.
pub(crate) async fn assert_left_nothing(stores: &Stores, sample: &SampleAccount) {
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

/// None of the sample's proofs paid for it.
pub(crate) async fn assert_unspent_by(stores: &Stores, sample: &SampleAccount) {
    for proof in &sample.proofs {
        if let ProofState::Spent(spending) = stores.proof(&proof.hash).await.state {
            assert_ne!(spending.user, sample.account.id, "a refused account spent its proof");
        }
    }
}
