//! Promises of `SessionStore`. The outcome of many refreshes in any order is covered by the
//! [`refresh_model`](crate::refresh_model).

mod acts;
mod begin;
mod begin_races;
mod end;
mod list;
mod presence;
mod repeat;
mod rotate;
mod rotate_clients;
mod rotate_places;
mod rotate_races;

pub use begin::*;
pub use begin_races::*;
pub use end::*;
pub use list::*;
pub use presence::*;
pub use repeat::*;
pub use rotate::*;
pub use rotate_clients::*;
pub use rotate_places::*;
pub use rotate_races::*;

pub(crate) use acts::{is_alive, is_success, rotate};

/// Stamps the promises of `SessionStore` into an adapter's tests. The argument is an async function
/// that makes fresh [`Stores`] and a guard.
#[macro_export]
macro_rules! sessions {
    ($make:expr) => {
        $crate::stamp!(
            sessions,
            $make,
            [
                // begin
                begins_a_session,
                notes_the_sign_in,
                a_password_that_was_changed_meanwhile_begins_nothing,
                a_sign_in_by_an_address_proves_it,
                a_way_in_that_was_removed_meanwhile_begins_nothing,
                a_beginning_is_told_if_it_says_so,
                a_beginning_records_its_event,
                a_beginning_spends_its_proofs,
                begins_without_proofs,
                a_proof_begins_a_session_until_its_last_instant,
                an_unusable_proof_begins_nothing,
                one_unusable_proof_spares_the_other_at_sign_in,
                an_unknown_user_signs_in_to_nothing,
                a_blocked_user_begins_nothing,
                a_session_id_in_use_begins_nothing,
                an_event_id_in_use_begins_nothing,
                the_oldest_sessions_above_the_limit_end,
                a_lowered_limit_ends_several,
                room_for_one_keeps_the_newest,
                only_live_sessions_count_against_the_limit,
                the_limit_is_each_users_own,
                // begin_races
                of_fifty_beginnings_with_one_proof_one_wins,
                of_fifty_beginnings_with_two_proofs_in_either_order_one_wins,
                beginnings_at_once_stay_within_the_limit,
                no_session_outlives_a_block_at_once,
                // repeat
                a_repetition_begins_one_more_session,
                a_repetition_may_be_repeated,
                repetitions_above_the_limit_take_the_place_of_the_oldest,
                a_repetition_records_its_event,
                an_unknown_user_begins_nothing,
                repetitions_at_once_all_begin,
                a_session_id_in_use_is_not_taken_over,
                an_event_that_cannot_be_recorded_begins_nothing,
                a_blocked_user_repeats_nothing,
                nobody_repeats_after_a_refresh,
                nobody_repeats_after_an_end,
                sessions_of_other_proofs_do_not_matter,
                other_users_pasts_do_not_matter,
                // rotate
                rotates_by_the_domains_table,
                a_rotation_tells_about_its_session,
                a_rotation_moves_on_by_one_generation,
                a_repetition_yields_the_same_generation,
                a_repetition_does_not_lengthen_the_grace,
                another_seed_is_unknown_and_harms_nothing,
                an_unknown_session_is_unknown,
                another_users_session_is_unknown,
                a_generation_that_is_not_yet_is_unknown_and_harms_nothing,
                a_session_rotates_until_its_last_instant,
                an_expired_session_is_unknown,
                rotation_does_not_lengthen_a_session,
                an_ended_session_is_unknown,
                a_replay_ends_the_session_alone,
                a_replay_records_its_event,
                only_a_replay_records_an_event,
                nothing_rotates_after_a_replay,
                a_replay_that_cannot_be_recorded_ends_nothing,
                a_clock_that_steps_back_logs_nobody_out,
                a_clock_that_ran_ahead_lengthens_no_grace,
                the_current_token_puts_the_time_of_its_use_right,
                a_blocked_user_rotates_nothing,
                // rotate_clients
                another_clients_token_is_unknown,
                // rotate_places
                a_used_token_from_elsewhere_is_a_replay,
                a_used_token_is_compared_with_its_first_use,
                the_current_token_is_good_everywhere,
                // rotate_races
                of_fifty_uses_of_one_token_all_succeed,
                of_fifty_repetitions_after_a_clock_ran_ahead_the_earliest_counts,
                of_fifty_uses_without_a_grace_one_succeeds,
                of_fifty_replays_one_is_told,
                // presence
                notes_when_and_where_an_owner_was_there,
                notes_presence_in_one_session_alone,
                notes_nothing_in_a_session_that_is_not_alive,
                // list
                lists_a_session_with_every_part,
                lists_sparse_sessions,
                lists_the_newest_session_first,
                lists_only_live_sessions,
                lists_only_the_users_sessions,
                lists_what_is_kept_of_sessions,
                // end
                ends_a_session_alone,
                ending_a_session_records_its_event,
                ends_nothing_twice,
                ends_no_expired_session,
                ends_no_session_of_another_user,
                ends_no_unknown_session,
                ends_all_sessions,
                ends_all_sessions_but_one,
                ends_the_sessions_of_one_device,
                ends_the_sessions_of_one_device_but_one,
                ending_all_counts_only_live_sessions,
                ending_all_records_its_event,
                ending_nothing_records_no_event,
                ending_all_is_told,
                ending_all_spares_other_users,
                an_event_that_cannot_be_recorded_ends_nothing,
            ]
        );
    };
}
