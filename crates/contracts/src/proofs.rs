//! Promises of `ProofStore`.

use auth_domain::proofs::{NewProof, Proof, ProofState, ProofSubject};
use auth_domain::secret_bytes::SecretHash;
use auth_ports::CreateProofError;

use crate::samples::{
    SampleAccount, sample_address_proof, sample_external_profile, sample_phone_number, sample_proof, sample_proof_of,
    sample_provider_proof, unique_bytes,
};
use crate::{Stores, race};

/// Stamps the promises of `ProofStore` into an adapter's tests. The argument is an async function
/// that makes fresh [`Stores`] and a guard.
#[macro_export]
macro_rules! proofs {
    ($make:expr) => {
        $crate::stamp!(
            proofs,
            $make,
            [
                finds_a_proof_as_it_was_made,
                finds_an_expired_proof,
                finds_a_spent_proof,
                finds_no_unknown_proof,
                evidence_makes_one_proof,
                evidence_stays_used_when_its_proof_is_spent,
                evidence_stays_used_when_its_proof_has_expired,
                proofs_without_evidence_are_many,
                of_fifty_with_one_piece_of_evidence_one_wins,
            ]
        );
    };
}

/// A proof of each subject is found unspent, with every part.
pub async fn finds_a_proof_as_it_was_made(stores: Stores) {
    let owner = SampleAccount::new().with_email();
    stores.sign_up(&owner).await;
    let mut sparse = sample_external_profile();
    (sparse.name, sparse.picture, sparse.email, sparse.phone_number) = (None, None, None, None);
    for proof in [
        sample_proof(),
        sample_address_proof(sample_phone_number()),
        sample_provider_proof(sample_external_profile()),
        sample_provider_proof(sparse),
        sample_proof_of(ProofSubject::Presence { user: owner.account.id, session: owner.account.session.id }),
    ] {
        create(&stores, &proof).await.expect("a fresh proof is stored");
        assert_eq!(stores.proof(&proof.hash).await, unspent(&proof), "left: found, right: made");
    }
}

/// The end of its life does not hide a proof.
pub async fn finds_an_expired_proof(stores: Stores) {
    let mut proof = sample_proof();
    proof.expires_at = proof.created_at;
    create(&stores, &proof).await.expect("stored");
    assert_eq!(stores.proof(&proof.hash).await, unspent(&proof), "left: found, right: made");
}

/// Being spent does not hide a proof.
pub async fn finds_a_spent_proof(stores: Stores) {
    let sample = SampleAccount::new().with_email();
    stores.sign_up(&sample).await;
    let found = stores.proof(&sample.proofs[0].hash).await;
    assert!(matches!(found.state, ProofState::Spent(_)), "a spent proof is {:?}", found.state);
    assert_eq!(found.subject, sample.proofs[0].subject, "the subject of a spent proof");
}

/// A hash that nobody stored finds nothing.
pub async fn finds_no_unknown_proof(stores: Stores) {
    create(&stores, &sample_proof()).await.expect("stored");
    let found = stores.proofs.find(&sample_proof().hash).await.expect("the store works");
    assert!(found.is_none(), "an unknown hash found {found:?}");
}

/// One piece of evidence makes one proof, and the refused one is not stored.
pub async fn evidence_makes_one_proof(stores: Stores) {
    let first = sample_provider_proof(sample_external_profile());
    create(&stores, &first).await.expect("unused evidence");
    assert_evidence_used(&stores, &first, "used evidence").await;
    assert_eq!(stores.proof(&first.hash).await, unspent(&first), "the first proof");
}

/// Spending the proof does not give the evidence back.
pub async fn evidence_stays_used_when_its_proof_is_spent(stores: Stores) {
    let sample = SampleAccount::new().with_external_identity();
    stores.sign_up(&sample).await;
    assert_evidence_used(&stores, &sample.proofs[0], "evidence of a spent proof").await;
}

/// The end of the proof's life does not give the evidence back.
pub async fn evidence_stays_used_when_its_proof_has_expired(stores: Stores) {
    let mut first = sample_provider_proof(sample_external_profile());
    first.expires_at = first.created_at;
    create(&stores, &first).await.expect("stored");
    assert_evidence_used(&stores, &first, "evidence of an expired proof").await;
}

/// Without evidence there is nothing to use up.
pub async fn proofs_without_evidence_are_many(stores: Stores) {
    for n in 1..=3 {
        let outcome = create(&stores, &sample_proof()).await;
        assert!(outcome.is_ok(), "proof {n} without evidence: {outcome:?}");
    }
}

/// Fifty uses of one piece of evidence at once.
pub async fn of_fifty_with_one_piece_of_evidence_one_wins(stores: Stores) {
    let evidence = Some(SecretHash::of(&unique_bytes::<16>()));
    let wanted: Vec<_> =
        (0..50).map(|_| NewProof { evidence, ..sample_provider_proof(sample_external_profile()) }).collect();
    let creating = wanted.iter().cloned().map(|proof| {
        let proofs = stores.proofs.clone();
        async move { proofs.create(proof).await }
    });
    let mut made = 0;
    for (outcome, proof) in race(creating).await.into_iter().zip(&wanted) {
        let found = stores.proofs.find(&proof.hash).await.expect("the store works");
        assert_eq!(found.is_some(), outcome.is_ok(), "{outcome:?}, but found {found:?}");
        match outcome {
            Ok(()) => made += 1,
            Err(error) => assert!(matches!(error, CreateProofError::EvidenceUsed), "a loser saw {error:?}"),
        }
    }
    assert_eq!(made, 1, "proofs made of one piece of evidence");
}

/// Another proof of the same evidence is refused and not stored, even long afterwards.
async fn assert_evidence_used(stores: &Stores, first: &NewProof, what: &str) {
    let mut second = sample_provider_proof(sample_external_profile());
    second.evidence = first.evidence;
    second.created_at = second.expires_at;
    let outcome = create(stores, &second).await;
    assert!(matches!(outcome, Err(CreateProofError::EvidenceUsed)), "{what}: {outcome:?}");
    let found = stores.proofs.find(&second.hash).await.expect("the store works");
    assert!(found.is_none(), "the refused proof was stored");
}

async fn create(stores: &Stores, proof: &NewProof) -> Result<(), CreateProofError> {
    stores.proofs.create(proof.clone()).await
}

/// How a proof is found right after it was made.
pub(crate) fn unspent(proof: &NewProof) -> Proof {
    Proof {
        hash: proof.hash,
        subject: proof.subject.clone(),
        client: proof.client.clone(),
        expires_at: proof.expires_at,
        state: ProofState::Unspent,
    }
}
