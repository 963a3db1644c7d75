//! Wishes for a code, and what comes of them.

use auth_domain::messages::QueuedMessage;
use auth_domain::verifications::Verification;
use auth_ports::{SendOutcome, SendRequest};
use chrono::TimeDelta;

use crate::Stores;
use crate::samples::{at, sample_claim, sample_email, sample_send_request, start, unlimited_policy};

/// Requests a code, and returns the outcome.
pub(super) async fn ask(stores: &Stores, request: SendRequest) -> SendOutcome {
    stores.verifications.request(request).await.expect("the store works")
}

/// The verification of a request that must not be refused.
pub(super) async fn ask_and_get(stores: &Stores, request: SendRequest) -> Verification {
    match ask(stores, request).await {
        SendOutcome::Queued(verification) => *verification,
        refused => panic!("a request was refused: {refused:?}"),
    }
}

/// A verification of an address that nobody has, requested at the start.
pub(super) async fn sample_verification(stores: &Stores) -> Verification {
    let mut request = sample_send_request(&sample_email(), start());
    request.policy = unlimited_policy();
    ask_and_get(stores, request).await
}

/// Every message that was written and is not leased, in the order of writing. Leases them for a year.
pub(super) async fn take_messages(stores: &Stores) -> Vec<QueuedMessage> {
    let now = at(1_000_000);
    stores.messages.claim_due(sample_claim(now, now + TimeDelta::days(365))).await.expect("the store works")
}
