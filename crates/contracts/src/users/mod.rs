//! Promises of `UserStore`.

mod create;
mod import;
mod list;
mod set_status;

pub use create::*;
pub use import::*;
pub use list::*;
pub use set_status::*;

use auth_domain::accounts::{Account, AccountIdentifier, MadeAccount, UserId};
use auth_domain::events::{EventKind, NewEvent};

use crate::Stores;
use crate::samples::sample_operator_event;

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

fn created() -> NewEvent {
    sample_operator_event(EventKind::UserCreated)
}

/// What `find` returns for an account right after it was created: nobody has signed in to it.
fn expected(made: &MadeAccount) -> Account {
    Account {
        id: made.id,
        status: made.status,
        profile: made.profile.clone(),
        identifiers: made.identifiers.clone(),
        external_identities: Vec::new(),
        password: made.password.clone(),
        created_at: made.created_at,
        updated_at: made.created_at,
        password_updated_at: made.password.as_ref().map(|_| made.created_at),
        last_sign_in_at: None,
    }
}

/// No port promises an order of identifiers.
fn sorted(mut account: Account) -> Account {
    account.identifiers.sort_by_key(|held: &AccountIdentifier| held.identifier.kind());
    account
}

async fn find(stores: &Stores, user: UserId) -> Option<Account> {
    stores.accounts.find(user).await.expect("the store works").map(sorted)
}

async fn assert_stored(stores: &Stores, made: &MadeAccount) {
    assert_eq!(find(stores, made.id).await, Some(sorted(expected(made))), "left: found, right: created");
    for held in &made.identifiers {
        let owner = stores.accounts.find_owner(&held.identifier).await.expect("the store works");
        assert_eq!(owner, Some(made.id), "owner of {:?}", held.identifier);
    }
}

/// Asserts that there is no such account, and that it has none of the identifiers.
async fn assert_not_stored(stores: &Stores, made: &MadeAccount) {
    let found = find(stores, made.id).await;
    assert!(found.is_none(), "a refused account was stored: {found:?}");
    assert_owns_nothing(stores, made).await;
}

async fn assert_owns_nothing(stores: &Stores, made: &MadeAccount) {
    for held in &made.identifiers {
        let owner = stores.accounts.find_owner(&held.identifier).await.expect("the store works");
        assert_ne!(owner, Some(made.id), "{:?} belongs to a refused account", held.identifier);
    }
}
