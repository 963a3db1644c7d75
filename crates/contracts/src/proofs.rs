//! Promises of `ProofStore`.

use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::clients::ClientId;
use auth_domain::identifier::{Identifier, IdentifierKind};
use auth_domain::payment::Payment;
use auth_domain::proofs::{NewProof, Proof, ProofState, ProofSubject, Spending};
use auth_domain::secret_bytes::SecretHash;
use auth_ports::{CreateProofRefusal, Halt, TradeProof, TradeProofRefusal};

use crate::samples::{
    SampleAccount, at, just_before, sample_address_proof, sample_email, sample_external_profile, sample_fingerprint,
    sample_held_proof, sample_phone_number, sample_proof, sample_proof_of, sample_provider_proof, sample_sudo_proof,
    spelled_email, start, unique_bytes,
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
                finds_a_held_proof,
                finds_the_newest_held_proof,
                finds_a_held_proof_by_another_spelling,
                finds_a_held_proof_until_its_last_instant,
                finds_no_held_proof_of_another_address,
                finds_no_proof_that_somebody_else_holds,
                finds_no_held_proof_of_another_client,
                finds_no_held_proof_that_is_spent,
                a_trade_spends_one_proof_and_stores_another,
                an_unusable_proof_trades_for_nothing,
                one_of_many_trades_wins,
                finds_no_held_proof_that_proves_no_address,
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
        assert_eq!(stores.proof(&proof.hash).await, unspent(&proof), "left: found, right: stored");
    }
}

/// An expired proof is still found.
pub async fn finds_an_expired_proof(stores: Stores) {
    let mut proof = sample_proof();
    proof.expires_at = proof.created_at;
    create(&stores, &proof).await.expect("stored");
    assert_eq!(stores.proof(&proof.hash).await, unspent(&proof), "left: found, right: stored");
}

/// A spent proof is still found.
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

/// A piece of evidence makes only one proof, and the refused one is not stored.
pub async fn evidence_makes_one_proof(stores: Stores) {
    let first = sample_provider_proof(sample_external_profile());
    create(&stores, &first).await.expect("unused evidence");
    assert_evidence_used(&stores, &first, "used evidence").await;
    assert_eq!(stores.proof(&first.hash).await, unspent(&first), "the first proof");
}

/// Evidence stays used after its proof is spent.
pub async fn evidence_stays_used_when_its_proof_is_spent(stores: Stores) {
    let sample = SampleAccount::new().with_external_identity();
    stores.sign_up(&sample).await;
    assert_evidence_used(&stores, &sample.proofs[0], "evidence of a spent proof").await;
}

/// Evidence stays used after its proof has expired.
pub async fn evidence_stays_used_when_its_proof_has_expired(stores: Stores) {
    let mut first = sample_provider_proof(sample_external_profile());
    first.expires_at = first.created_at;
    create(&stores, &first).await.expect("stored");
    assert_evidence_used(&stores, &first, "evidence of an expired proof").await;
}

/// Any number of proofs can be made without evidence.
pub async fn proofs_without_evidence_are_many(stores: Stores) {
    for n in 1..=3 {
        let outcome = create(&stores, &sample_proof()).await;
        assert!(outcome.is_ok(), "proof {n} without evidence: {outcome:?}");
    }
}

/// Of fifty concurrent uses of one piece of evidence, one wins.
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
            Err(error) => {
                assert!(matches!(error, Halt::Refused(CreateProofRefusal::EvidenceUsed)), "a loser saw {error:?}")
            }
        }
    }
    assert_eq!(made, 1, "proofs made from one piece of evidence");
}

/// The user who earned a proof finds it by naming only the address.
pub async fn finds_a_held_proof(stores: Stores) {
    for address in [sample_email(), sample_phone_number()] {
        let proof = held(&stores, user(), &address, 0).await;
        let found = find_held(&stores, &proof, &address, start()).await;
        assert_eq!(found, Some(unspent(&proof)), "left: found, right: stored");
    }
}

/// If there are several, the one that was made last is found.
pub async fn finds_the_newest_held_proof(stores: Stores) {
    let (holder, address) = (user(), sample_email());
    let mut newest = None;
    for second in [2, 3, 1] {
        let proof = held(&stores, holder, &address, second).await;
        newest = if second == 3 { Some(proof) } else { newest };
    }
    let newest = newest.expect("one was made at second 3");
    assert_eq!(find_held(&stores, &newest, &address, at(3)).await, Some(unspent(&newest)), "the newest of three");
}

/// Case does not matter.
pub async fn finds_a_held_proof_by_another_spelling(stores: Stores) {
    let address = sample_email();
    let proof = held(&stores, user(), &address, 0).await;
    let shouted = spelled_email(&address.shown().to_uppercase());
    assert_eq!(find_held(&stores, &proof, &shouted, start()).await, Some(unspent(&proof)), "found by another spelling");
}

/// A proof is found until its last instant, and not once it has expired; then an older one that lives longer is found.
pub async fn finds_a_held_proof_until_its_last_instant(stores: Stores) {
    let (holder, address) = (user(), sample_email());
    let mut longer = sample_held_proof(holder, address.clone());
    longer.expires_at = at(900);
    create(&stores, &longer).await.expect("stored");
    let proof = held(&stores, holder, &address, 1).await;
    for (now, expected) in [(just_before(proof.expires_at), &proof), (proof.expires_at, &longer)] {
        assert_eq!(find_held(&stores, &proof, &address, now).await, Some(unspent(expected)), "at {now}");
    }
    assert_eq!(find_held(&stores, &proof, &address, at(900)).await, None, "when both have expired");
}

/// A proof of one address is not found by another address, nor by one of another kind.
pub async fn finds_no_held_proof_of_another_address(stores: Stores) {
    let address = sample_email();
    let proof = held(&stores, user(), &address, 0).await;
    let canonical = address.canonical().to_owned();
    let of_other_kind = Identifier::from_parts(IdentifierKind::USERNAME, canonical.clone(), canonical);
    for other in [sample_email(), sample_phone_number(), of_other_kind] {
        assert_eq!(find_held(&stores, &proof, &other, start()).await, None, "a proof of {other:?}");
    }
}

/// Nobody finds a proof that another user earned, or that no user did.
pub async fn finds_no_proof_that_somebody_else_holds(stores: Stores) {
    let address = sample_email();
    held(&stores, user(), &address, 0).await;
    create(&stores, &sample_address_proof(address.clone())).await.expect("stored");
    let found =
        stores.proofs.find_held(user(), &sample_proof().client, &address, start()).await.expect("the store works");
    assert!(found.is_none(), "another user's proof: {found:?}");
}

/// A proof that was earned at one client is not found at another.
pub async fn finds_no_held_proof_of_another_client(stores: Stores) {
    let (holder, address) = (user(), sample_email());
    held(&stores, holder, &address, 0).await;
    let elsewhere = ClientId::parse("another-app").expect("a client id");
    let found = stores.proofs.find_held(holder, &elsewhere, &address, start()).await.expect("the store works");
    assert!(found.is_none(), "another client's proof: {found:?}");
}

/// One proof is spent, and records for whom and on which request; the other is stored.
pub async fn a_trade_spends_one_proof_and_stores_another(stores: Stores) {
    let (spent, earned) = (sample_proof(), sample_proof());
    create(&stores, &spent).await.expect("stored");
    let trade = trade(&spent, &earned, start());
    stores.proofs.trade(trade.clone()).await.expect("a good proof");
    let expected = Spending { at: trade.at, user: trade.user, fingerprint: trade.payment.fingerprint };
    assert_eq!(stores.proof(&spent.hash).await.state, ProofState::Spent(expected), "the proof that paid");
    assert_eq!(stores.proof(&earned.hash).await, unspent(&earned), "the proof that was paid for");
}

/// A proof that is unknown, spent or expired pays for nothing.
pub async fn an_unusable_proof_trades_for_nothing(stores: Stores) {
    let (spent, expired) = (sample_proof(), sample_proof());
    for proof in [&spent, &expired] {
        create(&stores, proof).await.expect("stored");
    }
    stores.proofs.trade(trade(&spent, &sample_proof(), start())).await.expect("a good proof");
    for (what, paying, at) in
        [("unknown", &sample_proof(), start()), ("spent", &spent, start()), ("over", &expired, expired.expires_at)]
    {
        let earned = sample_proof();
        let outcome = stores.proofs.trade(trade(paying, &earned, at)).await;
        assert!(
            matches!(outcome, Err(Halt::Refused(TradeProofRefusal::ProofUnusable))),
            "a proof that is {what}: {outcome:?}"
        );
        assert!(stores.proofs.find(&earned.hash).await.expect("the store works").is_none(), "earned by one {what}");
    }
}

/// Of twenty concurrent trades, one wins.
pub async fn one_of_many_trades_wins(stores: Stores) {
    let spent = sample_proof();
    create(&stores, &spent).await.expect("stored");
    let trades = (0..20).map(|_| {
        let (proofs, trade) = (stores.proofs.clone(), trade(&spent, &sample_proof(), start()));
        async move { proofs.trade(trade).await }
    });
    let outcomes = race(trades).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
}

fn trade(spent: &NewProof, earned: &NewProof, at: Timestamp) -> TradeProof {
    let payment =
        Payment { proofs: vec![spent.hash], vouchers: Vec::new(), fingerprint: sample_fingerprint(), required: None };
    TradeProof { payment, user: user(), proof: earned.clone(), at }
}

/// A spent proof is not found; an older unspent one is.
pub async fn finds_no_held_proof_that_is_spent(stores: Stores) {
    let (holder, address) = (user(), sample_email());
    let older = held(&stores, holder, &address, 0).await;
    let newer = held(&stores, holder, &address, 1).await;
    for (proof, left) in [(&newer, Some(unspent(&older))), (&older, None)] {
        let mut payer = SampleAccount::new().paid_by(proof);
        payer.account.created_at = at(2);
        stores.sign_up(&payer).await;
        assert_eq!(find_held(&stores, proof, &address, at(2)).await, left, "after spending one");
    }
}

/// Neither presence nor an identity with that address at a third party proves the address.
pub async fn finds_no_held_proof_that_proves_no_address(stores: Stores) {
    let owner = SampleAccount::new().with_email();
    stores.sign_up(&owner).await;
    let (holder, address) = (Some(owner.account.id), sample_email());
    let mut profile = sample_external_profile();
    profile.email = Some(address.shown().to_owned());
    for proof in [sample_sudo_proof(&owner.account.session), sample_provider_proof(profile)] {
        create(&stores, &NewProof { holder, ..proof }).await.expect("stored");
    }
    let found = stores
        .proofs
        .find_held(owner.account.id, &sample_proof().client, &address, start())
        .await
        .expect("the store works");
    assert!(found.is_none(), "a proof of something else: {found:?}");
}

fn user() -> UserId {
    SampleAccount::new().account.id
}

/// A proof that this user earned this many seconds after the start.
async fn held(stores: &Stores, holder: UserId, address: &Identifier, second: i64) -> NewProof {
    let proof = NewProof { created_at: at(second), ..sample_held_proof(holder, address.clone()) };
    create(stores, &proof).await.expect("stored");
    proof
}

/// The proof that the holder of this proof finds.
async fn find_held(stores: &Stores, proof: &NewProof, address: &Identifier, now: Timestamp) -> Option<Proof> {
    let holder = proof.holder.expect("somebody earned it");
    stores.proofs.find_held(holder, &proof.client, address, now).await.expect("the store works")
}

/// Asserts that another proof from the same evidence is refused and not stored, even long afterwards.
async fn assert_evidence_used(stores: &Stores, first: &NewProof, what: &str) {
    let mut second = sample_provider_proof(sample_external_profile());
    second.evidence = first.evidence;
    second.created_at = second.expires_at;
    let outcome = create(stores, &second).await;
    assert!(matches!(outcome, Err(Halt::Refused(CreateProofRefusal::EvidenceUsed))), "{what}: {outcome:?}");
    let found = stores.proofs.find(&second.hash).await.expect("the store works");
    assert!(found.is_none(), "the refused proof was stored");
}

async fn create(stores: &Stores, proof: &NewProof) -> Result<(), Halt<CreateProofRefusal>> {
    stores.proofs.create(proof.clone()).await
}

/// The proof as it is found right after it was stored.
pub(crate) fn unspent(proof: &NewProof) -> Proof {
    Proof {
        hash: proof.hash,
        subject: proof.subject.clone(),
        client: proof.client.clone(),
        created_at: proof.created_at,
        expires_at: proof.expires_at,
        state: ProofState::Unspent,
    }
}
