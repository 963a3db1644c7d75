//! Promises of `VerificationStore`.

mod asking;
mod budgets;
mod proving;
mod races;
mod requests;
mod shares;
mod tries;

pub use budgets::*;
pub use proving::*;
pub use races::*;
pub use requests::*;
pub use shares::*;
pub use tries::*;

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
                a_first_request_is_queued,
                a_verification_keeps_what_a_stranger_guesses_at,
                a_queued_request_writes_its_message,
                a_request_by_phone_goes_out_as_requested,
                a_request_within_the_codes_lifetime_gets_the_same_verification,
                a_request_at_the_last_instant_gets_the_same_verification,
                a_request_after_the_codes_lifetime_gets_a_fresh_verification,
                a_request_after_the_last_try_gets_a_fresh_verification,
                a_request_after_success_gets_a_fresh_verification,
                another_requester_gets_a_verification_of_its_own,
                another_user_gets_a_verification_of_their_own,
                another_client_gets_a_verification_of_its_own,
                another_spelling_is_the_same_address,
                requests_without_limits_keep_the_verification,
                a_failed_request_stores_nothing,
                // budgets
                a_request_too_soon_is_cooling_down,
                a_cooldown_ends_on_time,
                a_refused_request_writes_no_message,
                too_many_to_one_address_are_refused_whoever_asks,
                the_window_of_sends_moves_on,
                refused_requests_are_not_counted,
                addresses_have_budgets_of_their_own,
                // shares
                who_belongs_has_a_share_that_strangers_cannot_use_up,
                newcomers_share_what_no_network_may_use_up,
                beyond_the_soft_limit_the_hard_one_decides,
                many_newcomers_do_not_exceed_their_shares,
                a_clock_that_ran_ahead_keeps_nobody_waiting,
                // races
                of_many_requests_of_one_requester_one_is_queued,
                of_many_repeated_requests_one_is_queued,
                many_requests_without_cooldown_get_one_verification,
                many_requesters_do_not_exceed_the_addresss_budget,
                requests_for_many_addresses_do_not_hinder_each_other,
                // tries
                tries_are_counted_up_to_the_maximum,
                a_try_tells_the_whole_verification,
                a_try_counts_until_the_last_instant,
                a_try_after_the_codes_lifetime_is_expired,
                a_try_after_success_is_already_verified,
                a_try_at_an_unknown_verification_is_unknown,
                another_clients_try_is_unknown_and_not_counted,
                a_message_sent_again_gives_no_more_tries,
                a_returned_try_can_be_made_again,
                nothing_is_returned_after_success,
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
