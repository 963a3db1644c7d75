//! Promises of `register`, when it refuses: nothing is stored and no proof is spent.

use auth_domain::clients::ClientId;
use auth_domain::external_identities::ProviderId;
use auth_domain::identifier::{Identifier, IdentifierKind};
use auth_domain::proofs::{NewProof, ProofState, ProofSubject, RequiredProof};
use auth_ports::{Halt, RegisterRefusal};

use super::nothing_left::{assert_left_nothing, assert_unspent_by};
use crate::Stores;
use crate::samples::{
    SampleAccount, fingerprint_of, sample_email, sample_external_profile, sample_phone_number, sample_proof,
    sample_username, spelled_email, spelled_username,
};

/// The refusal names the kind of the identifier that is taken, even if others are free.
pub async fn a_taken_identifier_is_named(stores: Stores) {
    let (email, phone_number, username) = (sample_email(), sample_phone_number(), sample_username());
    let owner = SampleAccount::new().with_address(email.clone()).with_address(phone_number.clone());
    stores.sign_up(&owner.with_username(&username)).await;
    for (rival, kind) in [
        (SampleAccount::new().with_address(email).with_phone_number(), IdentifierKind::EMAIL),
        (SampleAccount::new().with_email().with_address(phone_number), IdentifierKind::PHONE_NUMBER),
        (SampleAccount::new().with_email().with_username(&username), IdentifierKind::USERNAME),
    ] {
        let outcome = stores.try_sign_up(&rival).await;
        assert_taken(&outcome, kind);
        assert_left_nothing(&stores, &rival).await;
    }
}

/// Usernames that differ only in case are the same username.
pub async fn a_username_is_taken_in_every_spelling(stores: Stores) {
    let username = sample_username();
    stores.sign_up(&SampleAccount::new().with_username(&username)).await;
    for spelling in [username.to_uppercase(), username.to_lowercase()] {
        let rival = SampleAccount::new().with_email().with_username(&spelling);
        assert_taken(&stores.try_sign_up(&rival).await, IdentifierKind::USERNAME);
        assert_left_nothing(&stores, &rival).await;
    }
}

/// E-mail addresses that differ only in case are the same address.
pub async fn an_email_is_taken_in_every_spelling(stores: Stores) {
    let email = sample_email();
    stores.sign_up(&SampleAccount::new().with_address(email.clone())).await;
    let rival = SampleAccount::new().with_address(spelled_email(&email.shown().to_uppercase()));
    assert_taken(&stores.try_sign_up(&rival).await, IdentifierKind::EMAIL);
    assert_left_nothing(&stores, &rival).await;
}

/// All or nothing: there is no user, no identifier, no session, no event and no spent proof. Another
/// attempt with another name and the very same ids and proofs succeeds.
pub async fn a_taken_username_leaves_nothing_behind(stores: Stores) {
    let username = sample_username();
    stores.sign_up(&SampleAccount::new().with_username(&username)).await;
    let mut sample = SampleAccount::new()
        .with_email()
        .with_phone_number()
        .with_username(&username)
        .with_external_identity()
        .with_password();
    assert_taken(&stores.try_sign_up(&sample).await, IdentifierKind::USERNAME);
    assert_left_nothing(&stores, &sample).await;
    for proof in &sample.proofs {
        assert_eq!(
            stores.proof(&proof.hash).await.state,
            ProofState::Unspent,
            "a proof was lost because the name was taken"
        );
    }
    sample.account.identifiers[2].identifier = spelled_username(&sample_username());
    let outcome = stores.accounts.register(sample.account).await;
    assert!(outcome.is_ok(), "the refused registration left something in the way: {outcome:?}");
}

/// An identity at a third party is bound to one account only.
pub async fn a_taken_external_identity_is_refused(stores: Stores) {
    let profile = sample_external_profile();
    stores.sign_up(&SampleAccount::new().with_external_profile(profile.clone())).await;
    let rival = SampleAccount::new().with_email().with_external_profile(profile);
    let outcome = stores.try_sign_up(&rival).await;
    assert!(
        matches!(outcome, Err(Halt::Refused(RegisterRefusal::ExternalIdentityTaken))),
        "a bound identity: {outcome:?}"
    );
    assert_left_nothing(&stores, &rival).await;
}

/// The pair counts: the same subject at another provider is another person, and so is another subject
/// with the same reported address.
pub async fn an_external_identity_is_provider_and_subject(stores: Stores) {
    let bound = sample_external_profile();
    let mut elsewhere = bound.clone();
    elsewhere.provider = ProviderId::parse("google").expect("a provider");
    let mut namesake = bound.clone();
    namesake.subject = sample_external_profile().subject;
    for profile in [bound, elsewhere, namesake] {
        let outcome = stores.try_sign_up(&SampleAccount::new().with_external_profile(profile.clone())).await;
        assert!(outcome.is_ok(), "{} at {} is free: {outcome:?}", profile.subject, profile.provider);
    }
}

/// If several things are taken, the refusal names the first of user id, identifiers and external identity.
pub async fn several_refusals_have_an_order(stores: Stores) {
    let (email, profile) = (sample_email(), sample_external_profile());
    let owner = SampleAccount::new().with_address(email.clone()).with_external_profile(profile.clone()).with_password();
    stores.sign_up(&owner).await;
    let both = SampleAccount::new().with_address(email.clone()).with_external_profile(profile);
    assert_taken(&stores.try_sign_up(&both).await, IdentifierKind::EMAIL);
    let mut namesake = SampleAccount::new().with_address(email).with_password();
    (namesake.account.id, namesake.account.session.user) = (owner.account.id, owner.account.id);
    let outcome = stores.try_sign_up(&namesake).await;
    assert!(
        matches!(outcome, Err(Halt::Refused(RegisterRefusal::UserIdTaken))),
        "an id and an address of somebody's: {outcome:?}"
    );
}

/// A proof that was never stored pays for nothing.
pub async fn an_unknown_proof_is_unusable(stores: Stores) {
    let sample = SampleAccount::new().with_email().paid_by(&sample_proof());
    assert_unusable(&stores.try_sign_up(&sample).await, "an unknown proof");
    assert_left_nothing(&stores, &sample).await;
}

/// A proof pays only once, even for the same request.
pub async fn a_spent_proof_is_unusable(stores: Stores) {
    let first = SampleAccount::new().with_email();
    stores.sign_up(&first).await;
    let mut second = SampleAccount::new().with_email().paid_by(&first.proofs[0]);
    let fingerprint = fingerprint_of(first.account.payment.as_ref());
    second.account.payment.iter_mut().for_each(|payment| payment.fingerprint = fingerprint);
    assert_unusable(&stores.try_sign_up(&second).await, "a spent proof");
    assert_left_nothing(&stores, &second).await;
}

/// A proof is refused from the instant at which it expires.
pub async fn an_expired_proof_is_unusable(stores: Stores) {
    let mut sample = SampleAccount::new().with_email();
    sample.account.created_at = sample.proofs[0].expires_at;
    assert_unusable(&stores.try_sign_up(&sample).await, "a proof that has just expired");
    assert_left_nothing(&stores, &sample).await;
}

/// Of two proofs, a good one stays unspent when the other is spent, expired or unknown, whichever
/// comes first.
pub async fn one_unusable_proof_spares_the_other(stores: Stores) {
    let spent = SampleAccount::new().with_email();
    stores.sign_up(&spent).await;
    let mut expired = sample_proof();
    expired.expires_at = expired.created_at;
    stores.proofs.create(expired.clone()).await.expect("stored");
    for (what, bad) in [("spent", &spent.proofs[0]), ("expired", &expired), ("unknown", &sample_proof())] {
        let good_first = SampleAccount::new().with_external_identity().paid_by(bad);
        let bad_first = SampleAccount::new().paid_by(bad).with_external_identity();
        for sample in [good_first, bad_first] {
            assert_unusable(&stores.try_sign_up(&sample).await, what);
            let state = stores.proof(&sample.proofs[0].hash).await.state;
            assert_eq!(state, ProofState::Unspent, "the good proof along with one that is {what}");
            assert_left_nothing(&stores, &sample).await;
        }
    }
}

/// Where a payment requires a proof of an address, earned at a client, no other proof pays, and each stays unspent.
pub async fn a_proof_that_is_not_what_is_required_does_not_pay(stores: Stores) {
    let (address, client) = (sample_email(), sample_proof().client);
    let elsewhere = ClientId::parse("elsewhere").expect("a client's id");
    let of = |subject: ProofSubject, client: &ClientId| NewProof { subject, client: client.clone(), ..sample_proof() };
    let of_address = |address: &Identifier, client: &ClientId| of(ProofSubject::Address(address.clone()), client);
    for (what, proof, pays) in [
        ("another address", of_address(&sample_email(), &client), false),
        ("an address of another kind", of_address(&sample_phone_number(), &client), false),
        ("an identity", of(ProofSubject::External(Box::new(sample_external_profile())), &client), false),
        ("another client", of_address(&address, &elsewhere), false),
        ("the address", of_address(&address, &client), true),
    ] {
        let mut sample = SampleAccount::new().with_identifier(address.clone(), None).with_proof(proof);
        let payment = sample.account.payment.as_mut().expect("a proof pays");
        payment.required = Some(RequiredProof { client: client.clone(), address: address.clone() });
        let outcome = stores.try_sign_up(&sample).await;
        if pays {
            assert!(outcome.is_ok(), "{what}: {outcome:?}");
            continue;
        }
        assert_unusable(&outcome, what);
        assert_eq!(stores.proof(&sample.proofs[0].hash).await.state, ProofState::Unspent, "{what}");
        assert_left_nothing(&stores, &sample).await;
    }
}

/// A caller without a usable proof learns nothing about identifiers.
pub async fn an_unusable_proof_is_reported_before_a_taken_identifier(stores: Stores) {
    let owner = SampleAccount::new().with_email();
    stores.sign_up(&owner).await;
    let address = owner.account.identifiers[0].clone();
    let rival = SampleAccount::new().with_identifier(address.identifier, address.verified_at).paid_by(&sample_proof());
    assert_unusable(&stores.try_sign_up(&rival).await, "a taken address without a proof");
}

/// A caller without a usable proof learns nothing about identities.
pub async fn an_unusable_proof_is_reported_before_a_taken_external_identity(stores: Stores) {
    let owner = SampleAccount::new().with_external_identity();
    stores.sign_up(&owner).await;
    let mut rival = SampleAccount::new().paid_by(&owner.proofs[0]);
    rival.account.external_identity = owner.account.external_identity;
    assert_unusable(&stores.try_sign_up(&rival).await, "a taken identity without a proof");
}

/// An unusable proof is reported first, because drawing another user id would not help.
pub async fn an_unusable_proof_is_reported_before_a_used_user_id(stores: Stores) {
    let owner = SampleAccount::new().with_email();
    stores.sign_up(&owner).await;
    let rival = SampleAccount::new().with_id(owner.account.id).paid_by(&sample_proof());
    assert_unusable(&stores.try_sign_up(&rival).await, "a used user id without a proof");
}

/// A clash of user ids changes nothing, and the account can then be registered under another id.
pub async fn a_user_id_in_use_is_refused(stores: Stores) {
    let owner = SampleAccount::new().with_email().with_profile();
    stores.sign_up(&owner).await;
    let before = stores.accounts.find(owner.account.id).await.expect("the store works");
    let rival = SampleAccount::new().with_email().with_id(owner.account.id);
    let outcome = stores.try_sign_up(&rival).await;
    assert!(matches!(outcome, Err(Halt::Refused(RegisterRefusal::UserIdTaken))), "a user id in use: {outcome:?}");
    let after = stores.accounts.find(owner.account.id).await.expect("the store works");
    assert_eq!(after, before, "the clash changed the account that was there");
    let found = stores.accounts.find_owner(&rival.account.identifiers[0].identifier).await.expect("the store works");
    assert_eq!(found, None, "the clash gave its identifier away");
    assert_unspent_by(&stores, &rival).await;
    let again = rival.with_id(SampleAccount::new().account.id);
    let outcome = stores.accounts.register(again.account).await;
    assert!(outcome.is_ok(), "with another id: {outcome:?}");
}

fn assert_taken(outcome: &Result<(), Halt<RegisterRefusal>>, kind: IdentifierKind) {
    let names_it = matches!(outcome, Err(Halt::Refused(RegisterRefusal::IdentifierTaken(taken))) if *taken == kind);
    assert!(names_it, "{kind} is taken, but the outcome was {outcome:?}");
}

fn assert_unusable(outcome: &Result<(), Halt<RegisterRefusal>>, what: &str) {
    assert!(matches!(outcome, Err(Halt::Refused(RegisterRefusal::ProofUnusable))), "{what}: {outcome:?}");
}
