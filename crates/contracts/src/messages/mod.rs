//! Promises of `MessageQueue`. Messages are written by requesting codes.

mod leases;
mod places;

pub use leases::*;
pub use places::*;

/// Stamps the promises of `MessageQueue` into an adapter's tests. The argument is an async function
/// that makes fresh [`Stores`] and a guard.
#[macro_export]
macro_rules! messages {
    ($make:expr) => {
        $crate::stamp!(
            messages,
            $make,
            [
                a_message_is_due_at_once,
                a_message_is_not_due_before_it_was_written,
                a_claimed_message_is_leased,
                a_lease_that_ran_out_is_claimed_again,
                a_claim_counts_the_attempts_before_it,
                the_oldest_are_claimed_first,
                a_queue_is_claimed_in_its_order_however_long,
                a_claim_takes_no_more_than_its_limit,
                a_message_that_has_expired_is_claimed_all_the_same,
                a_message_put_back_is_due_when_told,
                a_message_may_be_put_back_before_its_lease_ends,
                a_removed_message_is_gone,
                several_messages_are_removed_at_once,
                unknown_messages_are_removed_and_put_back_without_effect,
                what_is_due_too_late_is_hastened,
                notices_are_hastened_by_an_instant_of_their_own,
                the_next_due_is_the_earliest,
                the_next_due_counts_leased_messages,
                nothing_is_due_in_an_empty_queue,
                claims_at_once_never_share_a_message,
                a_lease_that_ran_out_is_claimed_once,
                the_backlog_counts_what_is_queued,
                // places
                a_message_that_is_leased_when_it_is_written_counts_as_claimed,
                what_nobody_has_tried_to_send_is_claimed_first,
                a_claim_takes_no_more_of_a_channel_than_it_has_places_for,
                a_claim_takes_no_more_of_a_lane_than_it_has_places_for,
                a_claim_reaches_past_lanes_without_places,
                unnamed_lanes_have_the_places_of_their_channel,
                what_has_no_place_is_not_next,
            ]
        );
    };
}
