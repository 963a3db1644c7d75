//! Promises of `list`.

use auth_domain::accounts::{Account, UserId, UserStatus};
use auth_domain::admin::UserPage;

use super::made::{created, expected, find, sorted};
use crate::Stores;
use crate::samples::{SampleAccount, sample_made_account, sample_username};

/// A caller that continues after the last account of each page sees every account once, in the order
/// of ids.
pub async fn lists_pages_in_the_order_of_ids(stores: Stores) {
    let mut ids = Vec::new();
    // Not in the order of creation.
    for n in [5, 2, 9, 1, 8, 3, 7, 4, 6] {
        let mut made = sample_made_account();
        made.id = UserId::from_i64(made.id.as_i64() - n * 1_000_000_000);
        stores.users.create(made.clone(), created()).await.expect("nothing clashes with it");
        ids.push(made.id);
    }
    ids.sort_unstable();
    for limit in [1, 2, 4, 9, 100] {
        let mut seen = Vec::new();
        loop {
            let page = list(&stores, seen.last().copied(), limit).await;
            assert!(page.len() <= limit.into(), "a page of {limit} has {} accounts", page.len());
            if page.is_empty() {
                break;
            }
            seen.extend(page.iter().map(|account| account.id));
        }
        assert_eq!(seen, ids, "ids in pages of {limit}");
    }
}

/// An account is listed as it is found, whether an operator or its user created it, and whatever its status.
pub async fn lists_accounts_as_they_are_found(stores: Stores) {
    let mut made = sample_made_account();
    made.status = UserStatus::Blocked;
    stores.users.create(made.clone(), created()).await.expect("nothing clashes with it");
    let sample = SampleAccount::new()
        .with_email()
        .with_phone_number()
        .with_username(&sample_username())
        .with_external_identity()
        .with_password();
    stores.sign_up(&sample).await;
    let listed: Vec<_> = list(&stores, None, 10).await.into_iter().map(sorted).collect();
    assert_eq!(listed.len(), 2, "accounts");
    for account in &listed {
        assert_eq!(Some(account.clone()), find(&stores, account.id).await, "left: listed, right: found");
    }
    assert!(listed.contains(&sorted(expected(&made))), "the blocked account is not listed as it was created");
}

/// After the last account there is nothing, and a page with a limit of zero is empty.
pub async fn lists_the_last_page_and_then_nothing(stores: Stores) {
    assert_eq!(list(&stores, None, 10).await, [], "accounts of fresh stores");
    let made = sample_made_account();
    stores.users.create(made.clone(), created()).await.expect("nothing clashes with it");
    assert_eq!(list(&stores, Some(made.id), 10).await, [], "accounts after the last");
    assert_eq!(list(&stores, None, 0).await, [], "accounts on a page with a limit of zero");
    let before = UserId::from_i64(made.id.as_i64() - 1);
    let listed: Vec<_> = list(&stores, Some(before), 10).await.into_iter().map(|account| account.id).collect();
    assert_eq!(listed, [made.id], "accounts after an id that nobody has");
}

async fn list(stores: &Stores, after: Option<UserId>, limit: u16) -> Vec<Account> {
    stores.users.list(UserPage { after, limit }).await.expect("the store works")
}
