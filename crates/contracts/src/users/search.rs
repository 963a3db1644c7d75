//! Promises of `search`.

use auth_domain::accounts::{UserId, UserStatus};
use auth_domain::admin::{Period, UserFilter, UserPage};
use auth_domain::identifier::{Beginning, IdentifierKind};
use chrono::TimeDelta;

use super::made::{created, find, sorted};
use crate::Stores;
use crate::samples::{sample_made_account, spelled_username, start};

/// Users are found by what an identifier of this kind begins with, where no character has a meaning of its own.
pub async fn finds_users_by_what_their_identifiers_begin_with(stores: Stores) {
    let mut users = Vec::new();
    for name in ["ann_lee", "annxlee", "ann-lee", "ben_lee"] {
        users.push(named(&stores, name, UserStatus::Active).await);
    }
    users.sort_unstable();
    for (begins, found) in [
        (&["ann"][..], 3),
        (&["ann_"], 1),
        (&["ann%"], 0),
        (&["%"], 0),
        (&["ann\\"], 0),
        (&["ann_lee"], 1),
        (&["ann_leef"], 0),
        (&["lee"], 0),
        (&["ann_", "ben"], 2),
        (&[""], 4),
        (&[], 0),
    ] {
        let filter = UserFilter { beginnings: Some(usernames(begins)), ..UserFilter::default() };
        assert_eq!(search(&stores, &filter, None, 10).await.len(), found, "users of {begins:?}");
    }
    let email = vec![Beginning { kind: IdentifierKind::EMAIL, text: "ann_lee".to_owned() }];
    let filter = UserFilter { beginnings: Some(email), ..UserFilter::default() };
    assert_eq!(search(&stores, &filter, None, 10).await, [], "a beginning of another kind");
}

/// Users are selected by status and by the period in which they were created; a filter that selects nothing else selects
/// everybody.
pub async fn filters_users_by_status_and_time(stores: Stores) {
    let mut users = Vec::new();
    for (seconds, status) in [(0, UserStatus::Active), (1, UserStatus::Blocked), (2, UserStatus::Active)] {
        let mut made = sample_made_account();
        (made.created_at, made.status) = (start() + TimeDelta::seconds(seconds), status);
        made.id = UserId::from_i64(made.id.as_i64() + seconds * 1_000_000_000);
        stores.users.create(made.clone(), created()).await.expect("nothing clashes with it");
        users.push(made.id);
    }
    let at = |seconds| Some(start() + TimeDelta::seconds(seconds));
    for (status, from, until, places) in [
        (None, None, None, &[0, 1, 2][..]),
        (Some(UserStatus::Blocked), None, None, &[1]),
        (Some(UserStatus::Active), None, None, &[0, 2]),
        (None, at(1), None, &[1, 2]),
        (None, None, at(1), &[0]),
        (None, at(1), at(2), &[1]),
        (Some(UserStatus::Active), at(1), at(2), &[]),
    ] {
        let filter = UserFilter { status, created: Period { from, until }, beginnings: None };
        let expected: Vec<_> = places.iter().map(|place| users[*place]).collect();
        assert_eq!(search(&stores, &filter, None, 10).await, expected, "users of {filter:?}");
    }
}

/// A caller that continues after the last user of each page sees every selected user once, as they are found.
pub async fn searches_in_pages_in_the_order_of_ids(stores: Stores) {
    let mut users = Vec::new();
    for name in ["ann-1", "ben-1", "ann-2", "ben-2", "ann-3"] {
        let user = named(&stores, name, UserStatus::Active).await;
        users.extend(name.starts_with("ann").then_some(user));
    }
    users.sort_unstable();
    let filter = UserFilter { beginnings: Some(usernames(&["ann"])), ..UserFilter::default() };
    for limit in [1, 2, 3, 10] {
        let mut seen: Vec<UserId> = Vec::new();
        loop {
            let page = search(&stores, &filter, seen.last().copied(), limit).await;
            assert!(page.len() <= limit.into(), "a page of {limit} has {} users", page.len());
            if page.is_empty() {
                break;
            }
            seen.extend(page);
        }
        assert_eq!(seen, users, "users in pages of {limit}");
    }
    let found = stores.users.search(filter, UserPage { after: None, limit: 1 }).await.expect("the store works");
    assert_eq!(found.first().cloned().map(sorted), find(&stores, users[0]).await, "left: searched, right: found");
}

fn usernames(begins: &[&str]) -> Vec<Beginning> {
    let kind = IdentifierKind::USERNAME;
    begins.iter().map(|text| Beginning { kind, text: (*text).to_owned() }).collect()
}

async fn named(stores: &Stores, name: &str, status: UserStatus) -> UserId {
    let mut made = sample_made_account();
    made.identifiers[1].identifier = spelled_username(name);
    made.status = status;
    stores.users.create(made.clone(), created()).await.expect("nothing clashes with it");
    made.id
}

async fn search(stores: &Stores, filter: &UserFilter, after: Option<UserId>, limit: u16) -> Vec<UserId> {
    let found = stores.users.search(filter.clone(), UserPage { after, limit }).await.expect("the store works");
    found.into_iter().map(|account| account.id).collect()
}
