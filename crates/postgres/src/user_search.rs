//! Searching users.

use std::collections::HashMap;

use auth_domain::Timestamp;
use auth_domain::accounts::{Account, UserId};
use auth_domain::admin::{NamePage, NamePlace, UserFilter, UserPage, UsersByName};
use auth_domain::identifier::{Beginning, Schemes};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::result::Error as SqlError;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz};

use crate::account_query::{AccountRow, FindAccount};

/// By status and time, in the order of ids.
const SEARCH: &str = "SELECT u.id FROM users u WHERE u.id > $1 AND ($3 IS NULL OR u.status = $3) \
    AND ($4 IS NULL OR u.created_at >= $4) AND ($5 IS NULL OR u.created_at < $5) ORDER BY u.id LIMIT $2";

/// The next login names of a kind, along `identifiers_beginning_idx`.
const NEXT_NAMES: &str = "SELECT i.value, i.user_id FROM identifiers i WHERE i.kind = $1 \
    AND i.value COLLATE \"C\" >= $2 AND i.value COLLATE \"C\" < $3 ORDER BY i.value COLLATE \"C\" LIMIT $4";

/// Those of some users that have a status and are of a time.
const AMONG: &str = "SELECT u.id FROM users u WHERE u.id = ANY($1) AND ($2 IS NULL OR u.status = $2) \
    AND ($3 IS NULL OR u.created_at >= $3) AND ($4 IS NULL OR u.created_at < $4)";

/// How many login names a page looks at, at most. Each may cost a handful of rows from anywhere on the disk, and all of them
/// have to be read before an operator's call takes too long.
const MOST_NAMES: u16 = 2_000;

/// The least character that PostgreSQL stores. A text with it behind is the next one after the text.
const FIRST: char = '\u{1}';

/// The last character there is, which no login name has. What begins with a text lies between it and it with this behind.
const LAST: char = char::MAX;

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    value: String,
    #[diesel(sql_type = BigInt)]
    user_id: i64,
}

type Search = BoxedSqlQuery<'static, Pg, SqlQuery>;

/// Reads a page of the accounts that the filter selects: first which they are, then all of them at once.
pub(crate) fn search_in_txn(
    conn: &mut PgConnection,
    filter: &UserFilter,
    page: UserPage,
) -> QueryResult<Vec<AccountRow>> {
    let search = diesel::sql_query(SEARCH)
        .into_boxed()
        .bind::<BigInt, _>(page.after.map_or(0, UserId::as_i64))
        .bind::<BigInt, _>(i64::from(page.limit));
    FindAccount::among(ids(selecting(search, filter), conn)?, conn)
}

/// Reads a page along the index of login names: as many as the page holds, then twice as many and so on, while they belong to
/// nobody whom the filter selects, or to users who have a place before.
pub(crate) fn search_by_name_in_txn(
    conn: &mut PgConnection,
    page: &NamePage,
    schemes: &Schemes,
) -> QueryResult<UsersByName> {
    let beginnings = Beginning::apart(page.beginnings.clone());
    let limit = usize::from(page.limit);
    let mut found = Vec::new();
    let mut after = page.after.clone();
    // One more, which tells whether there is a page after this one.
    let (mut at_once, mut left) = (page.limit.saturating_add(1), MOST_NAMES);
    let next = loop {
        let most = at_once.min(left);
        let names = next_names(conn, &beginnings, after.as_ref(), most)?;
        let is_end = names.len() < usize::from(most);
        after = names.last().map(|(place, _)| place.clone());
        found.extend(selected(conn, names, page, schemes)?);
        left -= most;
        if found.len() > limit {
            found.truncate(limit);
            break found.last().map(|(place, _)| place.clone());
        }
        if is_end {
            break None;
        }
        if left == 0 {
            break after;
        }
        at_once = at_once.saturating_mul(2);
    };
    Ok(UsersByName { accounts: found.into_iter().map(|(_, account)| account).collect(), next })
}

/// Returns the next login names that begin so, each with its user. These are fewer than `most` if no more follow.
fn next_names(
    conn: &mut PgConnection,
    beginnings: &[Beginning],
    after: Option<&NamePlace>,
    most: u16,
) -> QueryResult<Vec<(NamePlace, i64)>> {
    let mut names: Vec<(NamePlace, i64)> = Vec::new();
    let mut left = i64::from(most);
    for beginning in beginnings {
        let kind = beginning.kind.name();
        let low = match after {
            Some(after) if after.kind.as_str() > kind => continue,
            Some(after) if after.kind == kind => format!("{}{FIRST}", after.value).max(beginning.text.clone()),
            _ => beginning.text.clone(),
        };
        let named: Vec<Named> = diesel::sql_query(NEXT_NAMES)
            .bind::<Text, _>(kind)
            .bind::<Text, _>(low)
            .bind::<Text, _>(format!("{}{LAST}", beginning.text))
            .bind::<BigInt, _>(left)
            .load(conn)?;
        for Named { value, user_id } in named {
            names.push((NamePlace { kind: kind.to_owned(), value }, user_id));
            left -= 1;
        }
        if left == 0 {
            break;
        }
    }
    Ok(names)
}

/// Returns the accounts that the filter selects and that have their places here.
fn selected(
    conn: &mut PgConnection,
    names: Vec<(NamePlace, i64)>,
    page: &NamePage,
    schemes: &Schemes,
) -> QueryResult<Vec<(NamePlace, Account)>> {
    let mut users: Vec<i64> = names.iter().map(|(_, user)| *user).collect();
    if page.filter != UserFilter::default() {
        let among = diesel::sql_query(AMONG).into_boxed().bind::<Array<BigInt>, _>(users);
        users = ids(selecting(among, &page.filter), conn)?;
    }
    let mut accounts = HashMap::new();
    for row in FindAccount::among(users, conn)? {
        let account = row.into_account(schemes).map_err(SqlError::from)?;
        accounts.insert(account.id.as_i64(), account);
    }
    let placed = names.into_iter().filter_map(|(place, user)| {
        let is_its = page.place_of(accounts.get(&user)?).as_ref() == Some(&place);
        if is_its { accounts.remove(&user).map(|account| (place, account)) } else { None }
    });
    Ok(placed.collect())
}

fn ids(search: Search, conn: &mut PgConnection) -> QueryResult<Vec<i64>> {
    let found: Vec<Found> = search.load(conn)?;
    Ok(found.into_iter().map(|found| found.id).collect())
}

fn selecting(search: Search, filter: &UserFilter) -> Search {
    search
        .bind::<Nullable<Text>, _>(filter.status.map(|status| status.name()))
        .bind::<Nullable<Timestamptz>, Option<Timestamp>>(filter.created.from)
        .bind::<Nullable<Timestamptz>, Option<Timestamp>>(filter.created.until)
}
