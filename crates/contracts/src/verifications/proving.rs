//! Promises of `prove`: one proof per verification.

use auth_domain::proofs::NewProof;
use auth_domain::verifications::{Verification, VerificationId};

use super::asking::sample_verification;
use crate::proofs::unspent;
use crate::samples::{SampleAccount, sample_address_proof, sample_proof, start, unique_bytes};
use crate::{Stores, race};

/// The proof is found as it was earned.
pub async fn proving_stores_the_proof(stores: Stores) {
    let verification = sample_verification(&stores).await;
    let proof = proof_of(&verification);
    assert!(prove(&stores, verification.id, &proof).await, "the first proving");
    assert_eq!(stores.proof(&proof.hash).await, unspent(&proof), "left: found, right: earned");
}

/// A proof that a verification earned pays for an account.
pub async fn a_proof_that_was_earned_can_be_spent(stores: Stores) {
    let verification = sample_verification(&stores).await;
    let proof = proof_of(&verification);
    assert!(prove(&stores, verification.id, &proof).await, "the first proving");
    let at = Some(proof.created_at);
    let sample = SampleAccount::new().with_identifier(verification.address, at).paid_by(&proof);
    let outcome = stores.try_sign_up(&sample).await;
    assert!(outcome.is_ok(), "a proof that was earned: {outcome:?}");
}

/// The right code, presented twice, earns one proof.
pub async fn proving_again_stores_nothing(stores: Stores) {
    let verification = sample_verification(&stores).await;
    let (first, second) = (proof_of(&verification), proof_of(&verification));
    assert!(prove(&stores, verification.id, &first).await, "the first proving");
    assert!(!prove(&stores, verification.id, &second).await, "the second proving");
    assert!(is_found(&stores, &first).await, "the first proof is gone");
    assert!(!is_found(&stores, &second).await, "the second proof was stored");
}

/// Without a verification there is no proof.
pub async fn proving_an_unknown_verification_stores_nothing(stores: Stores) {
    let proof = sample_proof();
    assert!(!prove(&stores, VerificationId::new(unique_bytes()), &proof).await, "an unknown verification");
    assert!(!is_found(&stores, &proof).await, "the proof of an unknown verification was stored");
}

/// The mark and the proof are stored together: if the proof is not stored, the verification can still earn one.
pub async fn a_proof_that_cannot_be_stored_proves_nothing(stores: Stores) {
    let verification = sample_verification(&stores).await;
    let taken = sample_proof();
    stores.proofs.create(taken.clone()).await.expect("stored");
    let clashing = NewProof { hash: taken.hash, ..proof_of(&verification) };
    let outcome = stores.verifications.prove(verification.id, clashing, start()).await;
    assert!(outcome.is_err(), "a proof whose hash is in use: {outcome:?}");
    assert_eq!(stores.proof(&taken.hash).await, unspent(&taken), "the proof that was stored before");
    assert!(prove(&stores, verification.id, &proof_of(&verification)).await, "proving after a failure");
}

/// The right code, presented fifty times concurrently, earns one proof.
pub async fn of_fifty_provings_at_once_one_succeeds(stores: Stores) {
    let verification = sample_verification(&stores).await;
    let proofs: Vec<_> = (0..50).map(|_| proof_of(&verification)).collect();
    let proving = proofs.iter().cloned().map(|proof| {
        let (stores, id) = (stores.clone(), verification.id);
        async move { prove(&stores, id, &proof).await }
    });
    let outcomes = race(proving).await;
    assert_eq!(outcomes.iter().filter(|proved| **proved).count(), 1, "provings that succeeded");
    for (proved, proof) in outcomes.into_iter().zip(&proofs) {
        assert_eq!(is_found(&stores, proof).await, proved, "a proof is found exactly when it was earned");
    }
}

fn proof_of(verification: &Verification) -> NewProof {
    sample_address_proof(verification.address.clone())
}

async fn prove(stores: &Stores, id: VerificationId, proof: &NewProof) -> bool {
    stores.verifications.prove(id, proof.clone(), start()).await.expect("the store works")
}

async fn is_found(stores: &Stores, proof: &NewProof) -> bool {
    stores.proofs.find(&proof.hash).await.expect("the store works").is_some()
}
