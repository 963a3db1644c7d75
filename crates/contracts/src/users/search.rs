//! Promises of `search` and `search_by_name`.

use auth_domain::accounts::{UserId, UserStatus};
use auth_domain::admin::{NamePage, Period, UserFilter, UserPage};
use auth_domain::identifier::{Beginning, IdentifierKind};
use chrono::TimeDelta;

use super::made::{created, find, sorted};
use crate::Stores;
use crate::accounts::sample_deletion;
use crate::samples::{sample_made_account, spelled_email, spelled_username, start};

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
        let pages = pages(&stores, named_so(usernames(begins), None), 10).await;
        assert_eq!(pages.concat().len(), found, "users of {begins:?}");
    }
    let email = vec![Beginning { kind: IdentifierKind::EMAIL, text: "ann_lee".to_owned() }];
    assert_eq!(pages(&stores, named_so(email, None), 10).await.concat(), [], "a beginning of another kind");
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
        let filter = UserFilter { status, created: Period { from, until } };
        let expected: Vec<_> = places.iter().map(|place| users[*place]).collect();
        assert_eq!(search(&stores, &filter, None, 10).await, expected, "users of {filter:?}");
    }
}

/// A caller that continues after the last user of each page sees every selected user once, as they are found.
pub async fn searches_in_pages_in_the_order_of_ids(stores: Stores) {
    let mut users = Vec::new();
    for (name, status) in [
        ("ann-1", UserStatus::Active),
        ("ben-1", UserStatus::Blocked),
        ("ann-2", UserStatus::Active),
        ("ben-2", UserStatus::Blocked),
        ("ann-3", UserStatus::Active),
    ] {
        let user = named(&stores, name, status).await;
        users.extend((status == UserStatus::Active).then_some(user));
    }
    users.sort_unstable();
    let filter = UserFilter { status: Some(UserStatus::Active), ..UserFilter::default() };
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

/// A caller that continues where each page ended sees every selected user once, in the order of names byte by byte, at the
/// first of their identifiers that begin so: whatever kinds are searched, and although a beginning is a part of another.
pub async fn searches_in_pages_in_the_order_of_names(stores: Stores) {
    let (active, blocked) = (UserStatus::Active, UserStatus::Blocked);
    let mut users = Vec::new();
    for (name, email, status) in [
        ("ann_b", None, active),
        ("ben-1", None, active),
        ("annab", None, blocked),
        ("ann-b", None, active),
        ("annz", Some("ann-z@example.com"), active),
        ("ann-a", Some("ann-y@example.com"), active),
        ("zoe-1", Some("ann@example.com"), blocked),
        ("ann-c", None, active),
    ] {
        let mut made = sample_made_account();
        made.status = status;
        made.identifiers[1].identifier = spelled_username(name);
        match email {
            Some(email) => made.identifiers[0].identifier = spelled_email(email),
            None => drop(made.identifiers.remove(0)),
        }
        stores.users.create(made.clone(), created()).await.expect("nothing clashes with it");
        users.push(made.id);
    }
    let email = Beginning { kind: IdentifierKind::EMAIL, text: "ann".to_owned() };
    let of_both: Vec<_> = usernames(&["ann-", "ann", "ann"]).into_iter().chain([email.clone()]).collect();
    for (beginnings, status, places) in [
        (usernames(&["ann"]), None, &[5, 3, 7, 0, 2, 4][..]),
        (usernames(&["ann"]), Some(active), &[5, 3, 7, 0, 4]),
        (usernames(&["ann-", "ben"]), None, &[5, 3, 7, 1]),
        (vec![email], None, &[5, 4, 6]),
        (of_both.clone(), None, &[5, 4, 6, 3, 7, 0, 2]),
        (of_both.clone(), Some(blocked), &[6, 2]),
        (of_both, Some(active), &[5, 4, 3, 7, 0]),
    ] {
        let expected: Vec<_> = places.iter().map(|place| users[*place]).collect();
        for limit in [1, 2, 3, 10] {
            let pages = pages(&stores, named_so(beginnings.clone(), status), limit).await;
            assert_eq!(pages.len(), expected.len().div_ceil(limit.into()), "pages of {limit} for {beginnings:?}");
            assert_eq!(pages.concat(), expected, "{status:?} users of {beginnings:?} in pages of {limit}");
        }
    }
    let page = NamePage { limit: 1, ..named_so(usernames(&["ann-b"]), None) };
    let found = stores.users.search_by_name(page).await.expect("the store works");
    assert_eq!(
        found.accounts.first().cloned().map(sorted),
        find(&stores, users[3]).await,
        "left: searched, right: found"
    );
}

/// The place where a page ended stays one when nobody has that name any more.
pub async fn a_search_goes_on_where_somebody_was(stores: Stores) {
    let mut users = Vec::new();
    for name in ["ann-1", "ann-2", "ann-3"] {
        users.push(named(&stores, name, UserStatus::Active).await);
    }
    let page = NamePage { limit: 2, ..named_so(usernames(&["ann"]), None) };
    let first = stores.users.search_by_name(page.clone()).await.expect("the store works");
    stores.accounts.delete(sample_deletion(users[1], None)).await.expect("deleted");
    let second = stores.users.search_by_name(NamePage { after: first.next, ..page }).await.expect("the store works");
    let found: Vec<_> = second.accounts.iter().map(|account| account.id).collect();
    assert_eq!((found, second.next), (vec![users[2]], None));
}

fn named_so(beginnings: Vec<Beginning>, status: Option<UserStatus>) -> NamePage {
    NamePage { beginnings, filter: UserFilter { status, ..UserFilter::default() }, after: None, limit: 10 }
}

/// The users of each page of this size; at least one page.
async fn pages(stores: &Stores, first: NamePage, limit: u16) -> Vec<Vec<UserId>> {
    let mut pages = Vec::new();
    let mut page = NamePage { limit, ..first };
    loop {
        let found = stores.users.search_by_name(page.clone()).await.expect("the store works");
        assert!(found.accounts.len() <= limit.into(), "a page of {limit} has {} users", found.accounts.len());
        pages.push(found.accounts.iter().map(|account| account.id).collect());
        match found.next {
            Some(next) => page.after = Some(next),
            None => return pages,
        }
    }
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
