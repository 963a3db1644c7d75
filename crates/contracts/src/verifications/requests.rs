//! Promises of `request`: which verification a request for a code gets.

use auth_domain::clients::ClientId;
use auth_domain::messages::{Channel, Language, QueuedContent, QueuedMessage};
use auth_domain::verifications::{CountedTry, Guessed, Verification, VerificationId};
use auth_ports::SendRequest;

use super::asking::{ask_and_get, take_messages};
use crate::Stores;
use crate::samples::{
    SampleAccount, at, just_before, sample_address_proof, sample_email, sample_origin, sample_phone_number,
    sample_send_request, sample_send_request_by, spelled_email, start, unlimited_policy,
};

/// The first request creates the verification under the id that came with it.
pub async fn a_first_request_is_queued(stores: Stores) {
    let request = sample_send_request(&sample_email(), start());
    let verification = ask_and_get(&stores, request.clone()).await;
    let expected = Verification {
        id: request.id,
        address: request.address,
        client: request.client,
        requester: request.requester,
        holder: request.ask.holder,
        guessed: request.guessed,
        created_at: start(),
        expires_at: start() + request.policy.code_ttl,
        last_sent_at: start(),
        tries: 0,
        verified_at: None,
    };
    assert_eq!(verification, expected, "left: queued, right: requested");
}

/// What a stranger may be guessing at is kept with the verification, and a later request for the same code leaves it.
pub async fn a_verification_keeps_what_a_stranger_guesses_at(stores: Stores) {
    let user = SampleAccount::new().account.id;
    let requests = [two_requests(60), two_requests(60), two_requests(60)];
    let address = requests[2].0.address.clone();
    let all = [Guessed::BySession(user), Guessed::Account(user), Guessed::Address(address)];
    for ((first, second), guessed) in requests.into_iter().zip(all.map(Some)) {
        let verification = ask_and_get(&stores, SendRequest { guessed: guessed.clone(), ..first }).await;
        assert_eq!(verification.guessed, guessed, "left: queued, right: requested");
        let again = ask_and_get(&stores, second).await;
        assert_eq!((again.id, &again.guessed), (verification.id, &guessed), "the second request's verification");
        let tried = stores.verifications.count_try(again.id, &again.client, 5, at(61)).await.expect("the store works");
        let CountedTry::Counted(tried) = tried else { panic!("a first try was {tried:?}") };
        assert_eq!(tried.guessed, guessed, "left: found by a try, right: requested");
    }
}

/// One message is written together with the verification, with everything that its delivery needs.
pub async fn a_queued_request_writes_its_message(stores: Stores) {
    let address = spelled_email(&sample_email().shown().to_uppercase());
    let mut request = sample_send_request(&address, start());
    request.address_as_sent = "  As Typed@EXAMPLE.com".into();
    let verification = ask_and_get(&stores, request.clone()).await;
    assert_eq!(take_messages(&stores).await, [message(&request, &verification)], "left: written, right: requested");
}

/// The message has the channel and the language of the request.
pub async fn a_request_by_phone_goes_out_as_requested(stores: Stores) {
    let mut request = sample_send_request(&sample_phone_number(), start());
    request.language = Language::Chinese;
    assert_eq!(request.channel, Channel::SMS, "the sample goes out by SMS");
    let verification = ask_and_get(&stores, request.clone()).await;
    assert_eq!(take_messages(&stores).await, [message(&request, &verification)], "left: written, right: requested");
}

/// After the cooldown the same code is sent again: one verification, two messages.
pub async fn a_request_within_the_codes_lifetime_gets_the_same_verification(stores: Stores) {
    let (first, mut second) = two_requests(60);
    second.language = Language::Chinese;
    let verification = ask_and_get(&stores, first.clone()).await;
    let again = ask_and_get(&stores, second.clone()).await;
    let expected = Verification { last_sent_at: at(60), ..verification.clone() };
    assert_eq!(again, expected, "left: the second request's verification, right: the first's");
    let messages = [message(&first, &verification), message(&second, &again)];
    assert_eq!(take_messages(&stores).await, messages, "left: written, right: requested");
    assert_unknown(&stores, &second).await;
}

/// The code is valid until its last instant.
pub async fn a_request_at_the_last_instant_gets_the_same_verification(stores: Stores) {
    let (first, mut second) = two_requests(600);
    second.now = just_before(second.now);
    let verification = ask_and_get(&stores, first).await;
    assert_eq!(ask_and_get(&stores, second).await.id, verification.id, "at the code's last instant");
}

/// An expired code is not sent again.
pub async fn a_request_after_the_codes_lifetime_gets_a_fresh_verification(stores: Stores) {
    let (first, second) = two_requests(600);
    ask_and_get(&stores, first).await;
    assert_fresh(&stores, second, "after the code has expired").await;
}

/// A code that can no longer be tried is not sent again, and the new one starts with no tries.
pub async fn a_request_after_the_last_try_gets_a_fresh_verification(stores: Stores) {
    let (first, second) = two_requests(60);
    let (max_tries, client) = (first.policy.max_tries, first.client.clone());
    let verification = ask_and_get(&stores, first).await;
    for _ in 0..max_tries {
        let outcome = stores.verifications.count_try(verification.id, &client, max_tries, at(1)).await;
        assert!(matches!(outcome, Ok(CountedTry::Counted(_))), "a try below the maximum: {outcome:?}");
    }
    assert_fresh(&stores, second, "after the last try").await;
}

/// A code that has earned its proof is not sent again.
pub async fn a_request_after_success_gets_a_fresh_verification(stores: Stores) {
    let (first, second) = two_requests(60);
    let proof = sample_address_proof(first.address.clone());
    let verification = ask_and_get(&stores, first).await;
    let proved = stores.verifications.prove(verification.id, proof, start()).await.expect("the store works");
    assert!(proved, "the first proving");
    assert_fresh(&stores, second, "after success").await;
}

/// A stranger's request neither waits for the owner's nor shares its code.
pub async fn another_requester_gets_a_verification_of_its_own(stores: Stores) {
    let address = sample_email();
    let (owner, stranger) = (sample_origin(), sample_origin());
    let ids =
        first_ids(&stores, &[&owner, &stranger].map(|from| sample_send_request_by(from, &address, start()))).await;
    let again = [&owner, &stranger].map(|from| sample_send_request_by(from, &address, at(60)));
    assert_eq!(first_ids(&stores, &again).await, ids, "each device keeps its verification");
}

/// The proof that a code earns belongs to its holder: another user who asks on the same device or network gets
/// another code, and the first one stays as it was.
pub async fn another_user_gets_a_verification_of_their_own(stores: Stores) {
    let (first, mut second) = two_requests(60);
    second.ask.holder = Some(SampleAccount::new().account.id);
    let verification = ask_and_get(&stores, first.clone()).await;
    assert_fresh(&stores, second, "by another user").await;
    let (client, max_tries) = (first.client, first.policy.max_tries);
    let tried = stores.verifications.count_try(verification.id, &client, max_tries, at(61)).await;
    let Ok(CountedTry::Counted(counted)) = tried else { panic!("the first code is still good: {tried:?}") };
    assert_eq!(counted.holder, first.ask.holder, "the first code's holder");
}

/// A code is good at one client only, so each client gets its own, even on the same device.
pub async fn another_client_gets_a_verification_of_its_own(stores: Stores) {
    let address = sample_email();
    let here = sample_origin();
    let mut there = here.clone();
    there.client = ClientId::parse("another-app").expect("a client id");
    let ids = first_ids(&stores, &[&here, &there].map(|from| sample_send_request_by(from, &address, start()))).await;
    let again = [&here, &there].map(|from| sample_send_request_by(from, &address, at(60)));
    assert_eq!(first_ids(&stores, &again).await, ids, "each client keeps its verification");
}

/// Addresses that differ only in case are the same address.
pub async fn another_spelling_is_the_same_address(stores: Stores) {
    let (first, mut second) = two_requests(60);
    second.address = spelled_email(&first.address.shown().to_uppercase());
    let id = ask_and_get(&stores, first).await.id;
    assert_eq!(ask_and_get(&stores, second).await.id, id, "the same address in capitals");
}

/// With no cooldown and no maximum, every request is granted, and all get the same verification.
pub async fn requests_without_limits_keep_the_verification(stores: Stores) {
    let (address, origin) = (sample_email(), sample_origin());
    let mut ids = Vec::new();
    for n in 0..10 {
        let mut request = sample_send_request_by(&origin, &address, at(n / 2));
        request.policy = unlimited_policy();
        ids.push(ask_and_get(&stores, request).await.id);
    }
    assert!(ids.iter().all(|id| *id == ids[0]), "ten requests within the code's lifetime got {ids:?}");
    assert_eq!(take_messages(&stores).await.len(), ids.len(), "messages of ten requests");
}

/// Verification, count and message are stored together: if the message is not stored, nothing is.
pub async fn a_failed_request_stores_nothing(stores: Stores) {
    let (first, mut second) = two_requests(0);
    (second.address, second.policy.max_sends) = (sample_email(), Some(1));
    ask_and_get(&stores, first.clone()).await;
    let with_used_message = SendRequest { message: first.message, ..second.clone() };
    let outcome = stores.verifications.request(with_used_message).await;
    assert!(outcome.is_err(), "a message id in use: {outcome:?}");
    assert_unknown(&stores, &second).await;
    assert_fresh(&stores, second, "after a request that failed").await;
}

/// Two requests of one requester for one address, this many seconds apart.
fn two_requests(seconds: i64) -> (SendRequest, SendRequest) {
    let (address, origin) = (sample_email(), sample_origin());
    (sample_send_request_by(&origin, &address, start()), sample_send_request_by(&origin, &address, at(seconds)))
}

/// The ids of the verifications of two requests, which must not share one.
async fn first_ids(stores: &Stores, requests: &[SendRequest; 2]) -> [VerificationId; 2] {
    let [one, other] = requests;
    let ids = [ask_and_get(stores, one.clone()).await.id, ask_and_get(stores, other.clone()).await.id];
    assert_ne!(ids[0], ids[1], "two requesters share a verification");
    ids
}

async fn assert_fresh(stores: &Stores, request: SendRequest, when: &str) {
    let (id, now) = (request.id, request.now);
    let verification = ask_and_get(stores, request).await;
    let seen = (verification.id, verification.created_at, verification.tries, verification.verified_at);
    assert_eq!(seen, (id, now, 0, None), "a request {when} gets a fresh verification");
}

/// Asserts that the id that came with a request was not used.
async fn assert_unknown(stores: &Stores, request: &SendRequest) {
    let outcome = stores.verifications.count_try(request.id, &request.client, 5, request.now).await;
    assert_eq!(outcome.expect("the store works"), CountedTry::Unknown, "a verification that was not created");
}

fn message(request: &SendRequest, verification: &Verification) -> QueuedMessage {
    QueuedMessage {
        id: request.message,
        content: QueuedContent::Code(verification.id),
        to: request.address.clone(),
        address_as_sent: request.address_as_sent.clone(),
        channel: request.channel,
        language: request.language,
        created_at: request.now,
        expires_at: verification.expires_at,
        attempts: 0,
    }
}
