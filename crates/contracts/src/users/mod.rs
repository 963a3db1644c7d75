//! Promises of `UserStore`.

mod create;
mod hashes;
mod import;
mod list;
mod made;
mod search;
mod set_status;

pub use create::*;
pub use hashes::*;
pub use import::*;
pub use list::*;
pub use search::*;
pub use set_status::*;

/// Stamps the promises of `UserStore` into an adapter's tests. The argument is an async function that
/// makes fresh [`Stores`] and a guard.
#[macro_export]
macro_rules! users {
    ($make:expr) => {
        $crate::stamp!(
            users,
            $make,
            [
                // create
                creates_an_account_with_every_part,
                creates_a_bare_account,
                creates_a_blocked_account,
                a_creation_begins_no_session,
                a_creation_records_its_event,
                a_creation_with_a_taken_identifier_is_refused,
                a_creation_with_a_user_id_in_use_is_refused,
                an_event_that_cannot_be_recorded_creates_nothing,
                of_fifty_creations_with_one_name_one_wins,
                // import
                imports_every_part,
                imports_an_empty_batch,
                an_import_records_its_event,
                skips_accounts_whose_identifiers_somebody_has,
                skips_accounts_whose_ids_are_in_use,
                the_first_of_a_batch_that_claims_an_identifier_has_it,
                the_first_of_a_batch_that_claims_an_id_has_it,
                tells_an_outcome_for_each_in_order,
                a_skipped_account_leaves_nothing_behind,
                an_import_that_fails_stores_nothing,
                imports_at_once_share_no_name,
                imports_many_at_a_time,
                // list
                lists_pages_in_the_order_of_ids,
                lists_accounts_as_they_are_found,
                lists_the_last_page_and_then_nothing,
                // search
                finds_users_by_what_their_identifiers_begin_with,
                filters_users_by_status_and_time,
                searches_in_pages_in_the_order_of_ids,
                searches_in_pages_in_the_order_of_names,
                a_search_goes_on_where_somebody_was,
                // sample_hashes
                samples_one_hash_of_each_cost,
                samples_no_more_hashes_than_the_limit,
                // set_status
                sets_the_status,
                blocking_ends_all_sessions,
                blocking_spares_other_users,
                unblocking_revives_no_session,
                setting_a_status_records_its_event,
                an_unknown_user_gets_no_status,
                an_event_that_cannot_be_recorded_sets_nothing,
            ]
        );
    };
}
