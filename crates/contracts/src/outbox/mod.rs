//! Promises of `Outbox` and `DeadLetters`. The other ports write the events.

mod acts;
mod claims;
mod dead_letters;
mod order;
mod races;
mod subscriptions;
mod told;

pub use claims::*;
pub use dead_letters::*;
pub use order::*;
pub use races::*;
pub use subscriptions::*;
pub use told::*;

/// Stamps the promises of `Outbox` and `DeadLetters` into an adapter's tests. The argument is an async function that
/// makes fresh [`Stores`], which must be able to have subscribers ([`Stores::told_by`]), and a guard.
#[macro_export]
macro_rules! outbox {
    ($make:expr) => {
        $crate::stamp!(
            outbox,
            $make,
            [
                // told
                an_event_waits_for_everybody_who_wants_it,
                nothing_waits_where_nobody_listens,
                a_sign_up_is_told,
                a_sign_up_that_is_refused_is_not_told,
                an_anonymous_user_is_made_once_and_updated_by_a_sign_up,
                sessions_that_begin_and_end_are_told,
                a_repeated_beginning_is_told,
                a_replay_is_told,
                a_change_is_told,
                a_change_that_is_refused_is_not_told,
                a_deletion_is_told,
                what_operators_do_to_users_is_told,
                an_import_tells_of_each_account_that_was_stored,
                what_changes_nothing_is_told,
                an_event_recorded_twice_is_told_once,
                what_happens_to_admin_keys_is_told,
                // claims
                an_event_is_due_at_once,
                an_event_is_not_due_before_it_happened,
                claimed_events_are_leased,
                a_lease_that_ran_out_is_claimed_again_with_all_that_it_held,
                a_claim_takes_no_more_keys_than_it_wants,
                a_claim_takes_no_more_events_of_a_key_than_it_wants,
                each_subscriber_has_a_queue_of_its_own,
                an_event_that_was_delivered_is_gone,
                unknown_events_are_settled_without_effect,
                // order
                events_of_one_user_come_in_the_order_of_their_transactions,
                events_of_one_change_come_in_its_order,
                later_events_wait_for_one_that_failed,
                events_that_are_due_too_late_are_hastened,
                events_behind_one_that_failed_are_not_hastened,
                later_events_go_on_after_one_that_was_given_up,
                users_do_not_wait_for_each_other,
                events_of_nobody_wait_for_no_other,
                a_failure_is_counted,
                an_event_that_was_put_back_is_due_when_told,
                // races
                claims_at_once_never_share_a_key,
                every_event_arrives_once_and_in_order_among_many_deliverers,
                // dead_letters
                an_event_that_was_given_up_is_a_dead_letter,
                dead_letters_are_listed_last_first,
                dead_letters_are_listed_by_subscriber,
                dead_letters_are_listed_by_event,
                pages_through_dead_letters_of_one_instant,
                a_dead_letter_is_sent_again_as_if_never_tried,
                dead_letters_take_their_old_places,
                dead_letters_are_sent_again_by_id_or_all,
                no_more_dead_letters_are_sent_again_than_the_limit,
                an_event_that_cannot_be_recorded_sends_nothing_again,
                sweeps_what_is_too_old,
                // subscriptions
                a_subscription_ends_until_it_is_resumed,
                an_event_that_cannot_be_recorded_resumes_nothing,
                what_waits_is_discarded_for_one_subscriber,
                backlogs_count_what_waits_and_what_died,
            ]
        );
    };
}
