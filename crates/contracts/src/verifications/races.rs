//! Promises of `request`, with many concurrent calls.

use std::collections::HashSet;

use auth_domain::messages::QueuedContent;
use auth_domain::verifications::Verification;
use auth_ports::{SendOutcome, SendRequest};

use super::asking::{ask, ask_and_get, take_messages};
use crate::samples::{
    at, sample_email, sample_origin, sample_send_request, sample_send_request_by, start, unlimited_policy,
};
use crate::{Stores, race};

const RACERS: usize = 50;

/// First requests of an impatient client: one message is sent, and the other requests are told to wait.
pub async fn of_many_requests_of_one_requester_one_is_queued(stores: Stores) {
    let (address, origin) = (sample_email(), sample_origin());
    let requests = (0..RACERS).map(|_| sample_send_request_by(&origin, &address, start())).collect();
    let (queued, refused) = ask_all(&stores, requests).await;
    assert_one_queued(&stores, &queued, &refused, 1).await;
}

/// Repeated requests of an impatient client after the cooldown: one message is sent, under the first id.
pub async fn of_many_repeated_requests_one_is_queued(stores: Stores) {
    let (address, origin) = (sample_email(), sample_origin());
    let first = ask_and_get(&stores, sample_send_request_by(&origin, &address, start())).await;
    let requests = (0..RACERS).map(|_| sample_send_request_by(&origin, &address, at(60))).collect();
    let (queued, refused) = ask_all(&stores, requests).await;
    assert_one_queued(&stores, &queued, &refused, 2).await;
    assert_eq!(queued[0].id, first.id, "the verification within the code's lifetime");
}

/// Without a cooldown all requests are granted, and every message has the same code.
pub async fn many_requests_without_cooldown_get_one_verification(stores: Stores) {
    let (address, origin) = (sample_email(), sample_origin());
    let granted = |_| SendRequest { policy: unlimited_policy(), ..sample_send_request_by(&origin, &address, start()) };
    let (queued, refused) = ask_all(&stores, (0..RACERS).map(granted).collect()).await;
    assert_eq!((queued.len(), refused), (RACERS, vec![]), "granted and refused requests");
    let ids: HashSet<_> = queued.iter().map(|verification| verification.id).collect();
    assert_eq!(ids.len(), 1, "verifications of one requester within the code's lifetime");
    let code = QueuedContent::Code(queued[0].id);
    let messages = take_messages(&stores).await;
    assert_eq!(messages.len(), RACERS, "messages of as many granted requests");
    assert!(messages.iter().all(|message| message.content == code), "a message of another verification");
}

/// Together, all requesters get no more sends to one address than its budget.
pub async fn many_requesters_do_not_exceed_the_addresss_budget(stores: Stores) {
    let address = sample_email();
    let requests: Vec<_> = (0..RACERS).map(|_| sample_send_request(&address, start())).collect();
    let max = requests[0].policy.max_sends.expect("the default policy has a maximum");
    let (queued, refused) = ask_all(&stores, requests).await;
    assert_eq!(queued.len(), max, "sends to one address by many at once");
    for outcome in refused {
        assert!(matches!(outcome, SendOutcome::TooMany { .. }), "a request beyond the budget: {outcome:?}");
    }
    assert_eq!(take_messages(&stores).await.len(), max, "messages to one address");
}

/// A lock on one address does not cause a refusal for another.
pub async fn requests_for_many_addresses_do_not_hinder_each_other(stores: Stores) {
    let requests = (0..RACERS).map(|_| sample_send_request(&sample_email(), start())).collect();
    let (queued, refused) = ask_all(&stores, requests).await;
    assert_eq!((queued.len(), refused), (RACERS, vec![]), "granted and refused requests");
}

/// Asserts that exactly one request was granted, that all others are cooling down, and that this many messages were
/// written.
async fn assert_one_queued(stores: &Stores, queued: &[Verification], refused: &[SendOutcome], messages: usize) {
    assert_eq!(queued.len(), 1, "granted requests among concurrent ones of one requester");
    for outcome in refused {
        assert!(matches!(outcome, SendOutcome::CoolingDown { .. }), "a request too soon: {outcome:?}");
    }
    assert_eq!(take_messages(stores).await.len(), messages, "messages of granted requests");
}

/// The verifications that were queued, and the refusals.
async fn ask_all(stores: &Stores, requests: Vec<SendRequest>) -> (Vec<Verification>, Vec<SendOutcome>) {
    let asking = requests.into_iter().map(|request| {
        let stores = stores.clone();
        async move { ask(&stores, request).await }
    });
    let (mut queued, mut refused) = (Vec::new(), Vec::new());
    for outcome in race(asking).await {
        match outcome {
            SendOutcome::Queued(verification) => queued.push(*verification),
            other => refused.push(other),
        }
    }
    (queued, refused)
}
