//! Promises of `VerificationStore`.

mod budgets;
mod proving;
mod races;
mod requests;
mod tries;

pub use budgets::*;
pub use proving::*;
pub use races::*;
pub use requests::*;
pub use tries::*;

use auth_domain::messages::QueuedMessage;
use auth_domain::verifications::Verification;
use auth_ports::{SendOutcome, SendRequest};
use chrono::TimeDelta;

use crate::Stores;
use crate::samples::{at, sample_email, sample_send_request, start, unlimited_policy};

/// Stamps the promises of `VerificationStore` into an adapter's tests. The argument is an async
/// function that makes fresh [`Stores`] and a guard.
#[macro_export]
macro_rules! verifications {
    ($make:expr) => {
        $crate::stamp!(
            verifications,
            $make,
            [
                // requests
                a_first_wish_is_queued,
                a_queued_wish_writes_its_message,
                a_wish_by_phone_goes_out_as_it_was_asked_for,
                a_wish_within_the_codes_life_gets_the_same_verification,
                a_wish_at_the_last_instant_gets_the_same_verification,
                a_wish_after_the_codes_life_gets_a_fresh_verification,
                a_wish_after_the_last_try_gets_a_fresh_verification,
                a_wish_after_success_gets_a_fresh_verification,
                another_requester_gets_a_verification_of_its_own,
                another_user_gets_a_verification_of_their_own,
                another_client_gets_a_verification_of_its_own,
                another_spelling_is_the_same_address,
                wishes_without_limits_keep_the_verification,
                a_failed_wish_stores_nothing,
                // budgets
                a_wish_too_soon_is_cooling_down,
                a_cooldown_ends_on_time,
                a_refused_wish_writes_no_message,
                too_many_to_one_address_are_refused_whoever_asks,
                the_window_of_sends_moves_on,
                refused_wishes_are_not_counted,
                addresses_have_budgets_of_their_own,
                // races
                of_many_wishes_of_one_requester_one_is_queued,
                of_many_repeated_wishes_one_is_queued,
                many_wishes_without_cooldown_get_one_verification,
                many_requesters_do_not_exceed_the_addresss_budget,
                wishes_for_many_addresses_do_not_hinder_each_other,
                // tries
                tries_are_counted_up_to_the_maximum,
                a_try_tells_the_whole_verification,
                a_try_counts_until_the_last_instant,
                a_try_after_the_codes_life_is_expired,
                a_try_after_success_is_already_verified,
                a_try_at_an_unknown_verification_is_unknown,
                another_clients_try_is_unknown_and_not_counted,
                a_message_sent_again_gives_no_more_tries,
                verifications_have_tries_of_their_own,
                of_two_hundred_tries_at_once_the_maximum_counts,
                // proving
                proving_stores_the_proof,
                a_proof_that_was_earned_can_be_spent,
                proving_again_stores_nothing,
                proving_an_unknown_verification_stores_nothing,
                a_proof_that_cannot_be_stored_proves_nothing,
                of_fifty_provings_at_once_one_succeeds,
            ]
        );
    };
}

/// Requests a code, and returns the outcome.
pub(crate) async fn ask(stores: &Stores, request: SendRequest) -> SendOutcome {
    stores.verifications.request(request).await.expect("the store works")
}

/// The verification of a request that must not be refused.
pub(crate) async fn ask_and_get(stores: &Stores, request: SendRequest) -> Verification {
    match ask(stores, request).await {
        SendOutcome::Queued(verification) => *verification,
        refused => panic!("a request was refused: {refused:?}"),
    }
}

/// A verification of an address that nobody has, requested at the start.
pub(crate) async fn sample_verification(stores: &Stores) -> Verification {
    let mut request = sample_send_request(&sample_email(), start());
    request.policy = unlimited_policy();
    ask_and_get(stores, request).await
}

/// Every message that was written and is not leased, in the order of writing. Leases them for a year.
pub(crate) async fn take_messages(stores: &Stores) -> Vec<QueuedMessage> {
    let now = at(1_000_000);
    stores.messages.claim_due(now, now + TimeDelta::days(365), 1_000).await.expect("the store works")
}
