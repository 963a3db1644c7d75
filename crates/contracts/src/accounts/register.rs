//! Promises of `register`, when nothing prevents it.

use auth_domain::accounts::{Account, AccountIdentifier, UserStatus};
use auth_domain::external_identities::ExternalIdentity;
use auth_domain::proofs::{NewProof, ProofState, Spending};
use auth_domain::sign_up::NewAccount;

use crate::Stores;
use crate::events::assert_recorded;
use crate::samples::{SampleAccount, at, fingerprint_of, just_before, sample_proof, sample_username};

/// An account is found as it was registered: active, and with every part.
pub async fn stores_every_part(stores: Stores) {
    let sample = SampleAccount::new()
        .with_email()
        .with_phone_number()
        .with_username(&sample_username())
        .with_external_identity()
        .with_password()
        .with_profile();
    stores.sign_up(&sample).await;
    assert_found(&stores, &sample.account).await;
}

/// Identifiers, password and profile may all be missing.
pub async fn stores_an_account_of_a_third_party_alone(stores: Stores) {
    let sample = SampleAccount::new().with_external_identity();
    stores.sign_up(&sample).await;
    assert_found(&stores, &sample.account).await;
}

/// Proofs may be missing: whether they are needed is not for the store to decide.
pub async fn stores_an_account_without_proofs(stores: Stores) {
    let sample = SampleAccount::new().with_username(&sample_username()).with_password();
    stores.sign_up(&sample).await;
    assert_found(&stores, &sample.account).await;
}

/// The first session is alive as soon as the account exists.
pub async fn begins_the_first_session(stores: Stores) {
    let sample = SampleAccount::new().with_email();
    stores.sign_up(&sample).await;
    let NewAccount { id, session, created_at, .. } = sample.account;
    let found = stores.accounts.find_in_session(id, session.id, created_at).await.expect("the store works");
    assert_eq!(found.map(|account| account.id), Some(id), "the account in its first session");
}

/// The event is recorded.
pub async fn records_the_event(stores: Stores) {
    let sample = SampleAccount::new().with_email();
    stores.sign_up(&sample).await;
    assert_recorded(&stores, &sample.account.event).await;
}

/// The proof records when it was spent, for whom, and on which request.
pub async fn spends_its_proofs(stores: Stores) {
    let mut sample = SampleAccount::new().with_email();
    sample.account.created_at = at(7);
    stores.sign_up(&sample).await;
    assert_spent(&stores, &sample.proofs[0], &sample.account).await;
}

/// One account can spend a proof of an address and one of an identity at a third party.
pub async fn spends_two_proofs_together(stores: Stores) {
    let sample = SampleAccount::new().with_email().with_external_identity();
    stores.sign_up(&sample).await;
    for proof in &sample.proofs {
        assert_spent(&stores, proof, &sample.account).await;
    }
}

/// A proof can be spent at the last instant of its lifetime.
pub async fn takes_a_proof_until_its_last_instant(stores: Stores) {
    let proof = sample_proof();
    let mut sample = SampleAccount::new().with_proof(proof.clone());
    sample.account.created_at = just_before(proof.expires_at);
    let outcome = stores.try_sign_up(&sample).await;
    assert!(outcome.is_ok(), "a proof was refused before it expired: {outcome:?}");
}

pub(super) async fn assert_spent(stores: &Stores, proof: &NewProof, by: &NewAccount) {
    let spending = Spending { at: by.created_at, user: by.id, fingerprint: fingerprint_of(by.payment.as_ref()) };
    let state = stores.proof(&proof.hash).await.state;
    assert_eq!(state, ProofState::Spent(spending), "the proof of {:?}", proof.subject);
}

async fn assert_found(stores: &Stores, born: &NewAccount) {
    let found = stores.accounts.find(born.id).await.expect("the store works");
    let found = found.expect("a registered account is found");
    assert_eq!(sorted(found.clone()), sorted(expected(born)), "left: found, right: registered");
}

/// What `find` returns for an account right after it was registered.
pub(super) fn expected(born: &NewAccount) -> Account {
    let bound = |profile| ExternalIdentity { profile, bound_at: born.created_at };
    Account {
        id: born.id,
        status: UserStatus::Active,
        profile: born.profile.clone(),
        identifiers: born.identifiers.clone(),
        external_identities: born.external_identity.clone().map(bound).into_iter().collect(),
        password: born.password.clone(),
        created_at: born.created_at,
        updated_at: born.created_at,
        password_updated_at: born.password.as_ref().map(|_| born.created_at),
        last_sign_in_at: Some(born.created_at),
    }
}

/// No port promises an order of identifiers or identities.
pub(super) fn sorted(mut account: Account) -> Account {
    account.identifiers.sort_by_key(|held: &AccountIdentifier| held.identifier.kind());
    account.external_identities.sort_by(|one, other| one.profile.provider.cmp(&other.profile.provider));
    account
}
