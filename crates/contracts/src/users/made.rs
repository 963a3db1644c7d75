//! Accounts that an operator made, as they must be found.

use auth_domain::accounts::{Account, AccountIdentifier, MadeAccount, UserId};
use auth_domain::events::{EventKind, NewEvent};

use crate::Stores;
use crate::samples::sample_operator_event;

pub(super) fn created() -> NewEvent {
    sample_operator_event(EventKind::UserCreated)
}

/// What `find` returns for an account right after it was created: nobody has signed in to it.
pub(super) fn expected(made: &MadeAccount) -> Account {
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
pub(super) fn sorted(mut account: Account) -> Account {
    account.identifiers.sort_by_key(|held: &AccountIdentifier| held.identifier.kind());
    account
}

pub(super) async fn find(stores: &Stores, user: UserId) -> Option<Account> {
    stores.accounts.find(user).await.expect("the store works").map(sorted)
}

pub(super) async fn assert_stored(stores: &Stores, made: &MadeAccount) {
    assert_eq!(find(stores, made.id).await, Some(sorted(expected(made))), "left: found, right: created");
    for held in &made.identifiers {
        let owner = stores.accounts.find_owner(&held.identifier).await.expect("the store works");
        assert_eq!(owner, Some(made.id), "owner of {:?}", held.identifier);
    }
}

/// Asserts that there is no such account, and that it has none of the identifiers.
pub(super) async fn assert_not_stored(stores: &Stores, made: &MadeAccount) {
    let found = find(stores, made.id).await;
    assert!(found.is_none(), "a refused account was stored: {found:?}");
    assert_owns_nothing(stores, made).await;
}

pub(super) async fn assert_owns_nothing(stores: &Stores, made: &MadeAccount) {
    for held in &made.identifiers {
        let owner = stores.accounts.find_owner(&held.identifier).await.expect("the store works");
        assert_ne!(owner, Some(made.id), "{:?} belongs to a refused account", held.identifier);
    }
}
