//! Promises of `AccountStore`.

mod anonymous;
mod blocked;
pub(crate) mod change;
mod change_races;
mod change_refusals;
mod delete;
mod lookups;
mod nothing_left;
mod races;
mod recovery;
mod refusals;
mod register;
mod renew;
mod told;

pub use anonymous::*;
pub use blocked::*;
pub use change::*;
pub use change_races::*;
pub use change_refusals::*;
pub use delete::*;
pub use lookups::*;
pub use races::*;
pub use recovery::*;
pub use refusals::*;
pub use register::*;
pub use renew::*;
pub use told::*;

pub(crate) use change::sample_change;
pub(crate) use delete::sample_deletion;

/// Stamps the promises of `AccountStore` into an adapter's tests. The argument is an async function
/// that makes fresh [`Stores`] and a guard.
#[macro_export]
macro_rules! accounts {
    ($make:expr) => {
        $crate::stamp!(
            accounts,
            $make,
            [
                // register
                stores_every_part,
                stores_an_account_of_a_third_party_alone,
                stores_an_account_without_proofs,
                begins_the_first_session,
                records_the_event,
                spends_its_proofs,
                spends_two_proofs_together,
                takes_a_proof_until_its_last_instant,
                // refusals
                a_taken_identifier_is_named,
                a_username_is_taken_in_every_spelling,
                an_email_is_taken_in_every_spelling,
                a_taken_username_leaves_nothing_behind,
                a_taken_external_identity_is_refused,
                an_external_identity_is_provider_and_subject,
                several_refusals_have_an_order,
                an_unknown_proof_is_unusable,
                a_spent_proof_is_unusable,
                an_expired_proof_is_unusable,
                one_unusable_proof_spares_the_other,
                a_proof_that_is_not_what_is_required_does_not_pay,
                an_unusable_proof_is_reported_before_a_taken_identifier,
                an_unusable_proof_is_reported_before_a_taken_external_identity,
                an_unusable_proof_is_reported_before_a_used_user_id,
                a_user_id_in_use_is_refused,
                // races
                of_fifty_with_one_address_one_wins,
                of_fifty_with_one_username_in_two_spellings_one_wins,
                of_fifty_with_one_proof_one_wins,
                of_fifty_with_one_external_identity_one_wins,
                of_fifty_with_one_user_id_one_wins,
                of_fifty_with_two_names_in_either_order_one_wins,
                of_fifty_with_two_proofs_in_either_order_one_wins,
                strangers_do_not_hinder_each_other,
                // lookups
                finds_the_owner_by_every_identifier,
                finds_the_owner_by_another_spelling,
                finds_no_owner_of_an_unknown_identifier,
                keeps_kinds_of_identifiers_apart,
                shows_identifiers_as_they_were_written,
                finds_the_account_by_every_identifier,
                finds_the_account_by_another_spelling,
                finds_no_account_by_an_unknown_identifier,
                finds_the_account_by_its_external_identity,
                finds_no_account_by_half_an_external_identity,
                finds_no_unknown_account,
                finds_in_a_live_session,
                finds_in_a_session_until_its_last_instant,
                finds_nothing_in_an_expired_session,
                finds_nothing_in_an_ended_session,
                finds_in_a_refreshed_session,
                finds_nothing_in_an_unknown_session,
                finds_nothing_in_another_users_session,
                finds_nothing_for_an_unknown_user,
                // blocked
                a_blocked_account_is_found_with_its_status,
                a_blocked_account_is_found_in_no_session,
                a_blocked_account_keeps_its_identifiers,
                // anonymous
                a_device_leads_to_its_anonymous_user,
                an_anonymous_user_signs_up_under_the_same_id,
                an_anonymous_users_sessions_end_with_the_sign_up,
                an_anonymous_sign_up_spends_and_records,
                a_device_is_free_after_the_sign_up,
                an_anonymous_sign_up_again_hears_of_its_proof,
                an_anonymous_user_with_a_password_signs_up,
                a_proven_way_in_makes_an_anonymous_user_permanent,
                an_unproven_change_leaves_an_anonymous_user_anonymous,
                who_is_not_anonymous_does_not_become_a_user,
                a_refused_sign_up_leaves_the_anonymous_user,
                of_fifty_sign_ups_of_one_anonymous_user_one_wins,
                // change
                changes_the_profile,
                adds_an_identifier,
                replacing_an_identifier_frees_the_old_one,
                respells_an_identifier,
                changes_the_password,
                sets_the_first_password,
                binds_an_identity,
                unbinding_makes_room_for_another_identity,
                rebinds_its_own_identity,
                unbinds_an_identity,
                makes_several_changes_together,
                proves_an_identifier_that_the_user_has,
                a_change_spends_its_proofs,
                a_change_records_its_events,
                a_change_ends_the_sessions_that_it_names,
                // change_refusals
                a_change_to_a_taken_identifier_is_refused,
                a_change_to_a_taken_identity_is_refused,
                another_identity_of_the_provider_is_not_replaced,
                a_first_password_replaces_none,
                an_unusable_proof_changes_nothing,
                a_blocked_account_does_not_change,
                an_operator_changes_a_blocked_account,
                a_change_of_an_ended_session_is_not_made,
                a_change_of_a_live_session_is_made,
                an_unblocked_account_changes,
                an_unknown_account_does_not_change,
                the_last_way_in_is_not_unbound,
                what_is_switched_off_is_no_way_in,
                an_identity_beside_another_way_in_is_unbound,
                one_refused_change_refuses_all,
                an_event_that_cannot_be_recorded_changes_nothing,
                // change_races
                of_fifty_changes_to_one_name_one_wins,
                of_fifty_changes_with_one_proof_one_wins,
                two_unbinds_at_once_leave_a_way_in,
                changes_of_one_account_at_once_all_hold,
                of_twenty_first_passwords_at_once_one_is_set,
                of_twenty_identities_at_once_one_is_bound,
                a_sign_up_and_a_change_at_once_share_no_name,
                two_who_swap_names_at_once_keep_one_each,
                // told
                a_change_tells_every_address_that_was_there_before,
                each_change_to_a_way_in_is_told,
                nobody_is_told_of_what_is_not_to_be_told,
                a_deletion_is_told_at_last,
                // recovery
                a_recovery_removes_what_was_added_later,
                a_recovery_spares_what_is_older,
                a_recovery_forgets_devices,
                a_recovery_by_an_address_that_is_gone_is_refused,
                of_two_recoveries_at_once_the_older_address_prevails,
                an_identifier_keeps_its_age,
                // delete
                a_deleted_account_is_found_nowhere,
                a_deletion_frees_everything_at_once,
                a_deleted_users_proofs_are_gone,
                codes_and_proofs_of_a_deleted_users_addresses_are_gone,
                a_deletion_spares_other_users,
                a_deletion_records_its_event,
                a_deletion_of_an_ended_session_is_not_made,
                a_deletion_takes_what_is_personal_from_events,
                a_deletion_takes_messages_to_the_users_addresses,
                a_deletion_spends_its_proof,
                a_blocked_account_can_be_deleted,
                an_unusable_proof_deletes_nothing,
                an_unknown_account_is_not_deleted,
                an_event_that_cannot_be_recorded_deletes_nothing,
                a_deleted_user_does_nothing,
                of_fifty_deletions_one_succeeds,
                no_session_outlives_a_deletion_at_once,
                // renew
                renews_an_unchanged_hash,
                a_changed_password_is_not_renewed,
                a_missing_password_is_not_renewed,
            ]
        );
    };
}
