//! Promises of `count_try`: a fixed number of tries in all.

use auth_domain::Timestamp;
use auth_domain::clients::ClientId;
use auth_domain::verifications::{CountedTry, Verification, VerificationId};

use super::asking::{ask_and_get, sample_verification};
use crate::samples::{
    at, just_before, sample_address_proof, sample_client, sample_email, sample_origin, sample_send_request_by, start,
    unique_bytes,
};
use crate::{Stores, race};

const MAX: u16 = 5;

/// Each try is counted, up to the maximum and not beyond.
pub async fn tries_are_counted_up_to_the_maximum(stores: Stores) {
    let verification = sample_verification(&stores).await;
    for tries in 1..=MAX {
        assert_eq!(counted(&stores, &verification, start()).await, tries, "tries including this one");
    }
    for n in 1..=3 {
        let outcome = count(&stores, verification.id, start()).await;
        assert_eq!(outcome, CountedTry::Exhausted, "try {n} beyond the maximum");
    }
}

/// A counted try returns the verification, from which the code to compare is derived.
pub async fn a_try_tells_the_whole_verification(stores: Stores) {
    let verification = sample_verification(&stores).await;
    let expected = Verification { tries: 1, ..verification.clone() };
    let outcome = count(&stores, verification.id, at(1)).await;
    assert_eq!(outcome, CountedTry::Counted(Box::new(expected)), "left: counted, right: requested");
}

/// The code is valid until its last instant.
pub async fn a_try_counts_until_the_last_instant(stores: Stores) {
    let verification = sample_verification(&stores).await;
    let tries = counted(&stores, &verification, just_before(verification.expires_at)).await;
    assert_eq!(tries, 1, "tries at the last instant");
}

/// From the instant at which it expires, a code is worth nothing.
pub async fn a_try_after_the_codes_lifetime_is_expired(stores: Stores) {
    let verification = sample_verification(&stores).await;
    let outcome = count(&stores, verification.id, verification.expires_at).await;
    assert_eq!(outcome, CountedTry::Expired, "a try after the code has expired");
}

/// A code earns only one proof.
pub async fn a_try_after_success_is_already_verified(stores: Stores) {
    let verification = sample_verification(&stores).await;
    counted(&stores, &verification, start()).await;
    let proof = sample_address_proof(verification.address.clone());
    let proved = stores.verifications.prove(verification.id, proof, start()).await.expect("the store works");
    assert!(proved, "the first proving");
    let outcome = count(&stores, verification.id, at(1)).await;
    assert_eq!(outcome, CountedTry::AlreadyVerified, "a try after success");
}

/// An id that was never issued is unknown.
pub async fn a_try_at_an_unknown_verification_is_unknown(stores: Stores) {
    sample_verification(&stores).await;
    let outcome = count(&stores, VerificationId::new(unique_bytes()), start()).await;
    assert_eq!(outcome, CountedTry::Unknown, "a try at an unknown verification");
}

/// A client that did not request the code learns nothing about it and uses up no tries, whatever its state.
pub async fn another_clients_try_is_unknown_and_not_counted(stores: Stores) {
    let verification = sample_verification(&stores).await;
    let other = ClientId::parse("another-app").expect("a client id");
    for now in [start(), verification.expires_at] {
        for _ in 0..10 {
            let outcome = stores.verifications.count_try(verification.id, &other, MAX, now).await;
            assert_eq!(outcome.expect("the store works"), CountedTry::Unknown, "another client's try");
        }
    }
    assert_eq!(counted(&stores, &verification, start()).await, 1, "tries after another client's ten");
}

/// Requesting the code again gives no further guesses.
pub async fn a_message_sent_again_gives_no_more_tries(stores: Stores) {
    let (address, origin) = (sample_email(), sample_origin());
    let verification = ask_and_get(&stores, sample_send_request_by(&origin, &address, start())).await;
    for _ in 1..MAX {
        counted(&stores, &verification, at(1)).await;
    }
    let again = ask_and_get(&stores, sample_send_request_by(&origin, &address, at(60))).await;
    assert_eq!((again.id, again.tries), (verification.id, MAX - 1), "id and tries after asking again");
    assert_eq!(counted(&stores, &verification, at(61)).await, MAX, "tries including the last one");
    let outcome = count(&stores, verification.id, at(62)).await;
    assert_eq!(outcome, CountedTry::Exhausted, "a try beyond the maximum");
}

/// A try that was counted and not compared is taken back, also the last one. No more are taken back than were counted.
pub async fn a_returned_try_can_be_made_again(stores: Stores) {
    let verification = sample_verification(&stores).await;
    give_back(&stores, verification.id).await;
    for tries in 1..=MAX {
        assert_eq!(counted(&stores, &verification, start()).await, tries, "tries including this one");
    }
    give_back(&stores, verification.id).await;
    assert_eq!(counted(&stores, &verification, start()).await, MAX, "the last try, made again");
    assert_eq!(count(&stores, verification.id, start()).await, CountedTry::Exhausted, "a try beyond the maximum");
    give_back(&stores, VerificationId::new(unique_bytes())).await;
}

/// A code that has earned its token stays as it is.
pub async fn nothing_is_returned_after_success(stores: Stores) {
    let verification = sample_verification(&stores).await;
    counted(&stores, &verification, start()).await;
    let proof = sample_address_proof(verification.address.clone());
    let proved = stores.verifications.prove(verification.id, proof, start()).await.expect("the store works");
    assert!(proved, "the first proving");
    give_back(&stores, verification.id).await;
    assert_eq!(count(&stores, verification.id, at(1)).await, CountedTry::AlreadyVerified, "a try after success");
}

/// A stranger who uses up their own tries does not affect the owner's.
pub async fn verifications_have_tries_of_their_own(stores: Stores) {
    let address = sample_email();
    let [stranger, owner] = [sample_origin(), sample_origin()].map(|origin| {
        let request = sample_send_request_by(&origin, &address, start());
        ask_and_get(&stores, request)
    });
    let (stranger, owner) = (stranger.await, owner.await);
    for _ in 0..MAX {
        counted(&stores, &stranger, start()).await;
    }
    assert_eq!(counted(&stores, &owner, start()).await, 1, "the owner's tries");
}

/// Of two hundred concurrent guesses, none is compared beyond the maximum.
pub async fn of_two_hundred_tries_at_once_the_maximum_counts(stores: Stores) {
    let id = sample_verification(&stores).await.id;
    let trying = (0..200).map(|_| {
        let stores = stores.clone();
        async move { count(&stores, id, start()).await }
    });
    let mut seen = Vec::new();
    for outcome in race(trying).await {
        match outcome {
            CountedTry::Counted(verification) => seen.push(verification.tries),
            other => assert_eq!(other, CountedTry::Exhausted, "a try beyond the maximum"),
        }
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..=MAX).collect::<Vec<_>>(), "the tries that counted");
}

async fn give_back(stores: &Stores, id: VerificationId) {
    stores.verifications.return_try(id).await.expect("the store works");
}

async fn count(stores: &Stores, id: VerificationId, now: Timestamp) -> CountedTry {
    stores.verifications.count_try(id, &sample_client(), MAX, now).await.expect("the store works")
}

/// The number of a try, which must be counted.
async fn counted(stores: &Stores, verification: &Verification, now: Timestamp) -> u16 {
    match count(stores, verification.id, now).await {
        CountedTry::Counted(verification) => verification.tries,
        other => panic!("a try within the maximum was {other:?}"),
    }
}
