//! Searching users.

use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::admin::{UserFilter, UserPage};
use auth_domain::identifier::Beginning;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz};

use crate::account_query::{AccountRow, FindAccount};

/// By status and time, in the order of ids.
const SEARCH: &str = "SELECT u.id FROM users u WHERE u.id > $1 AND ($3 IS NULL OR u.status = $3) \
    AND ($4 IS NULL OR u.created_at >= $4) AND ($5 IS NULL OR u.created_at < $5) ORDER BY u.id LIMIT $2";

/// Who has a login name that begins so, along `identifiers_beginning_idx`. Were it not materialized, everybody might be read
/// in the order of ids until a page is full, because nothing tells the planner how few they are. A macro, because `concat!`
/// takes no constants.
macro_rules! begun {
    () => {
        "WITH begun AS MATERIALIZED (SELECT i.user_id FROM unnest($3, $4, $5) AS b (kind, low, high) \
            JOIN identifiers i ON i.kind = b.kind AND i.value COLLATE \"C\" >= b.low AND i.value COLLATE \"C\" < b.high \
            WHERE i.user_id > $1) "
    };
}

/// By what a login name begins with.
const SEARCH_BY_BEGINNING: &str =
    concat!(begun!(), "SELECT DISTINCT begun.user_id AS id FROM begun ORDER BY begun.user_id LIMIT $2");

/// The same, by status and time as well.
const SEARCH_BY_ALL: &str = concat!(
    begun!(),
    "SELECT DISTINCT u.id FROM begun JOIN users u ON u.id = begun.user_id WHERE ($6 IS NULL OR u.status = $6) \
        AND ($7 IS NULL OR u.created_at >= $7) AND ($8 IS NULL OR u.created_at < $8) ORDER BY u.id LIMIT $2",
);

/// The last character there is, which no login name has. What begins with a text lies between it and it with this behind.
const LAST: char = char::MAX;

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

type Search = BoxedSqlQuery<'static, Pg, SqlQuery>;

/// Reads a page of the accounts that the filter selects: first which they are, then all of them at once.
pub(crate) fn search_in_txn(
    conn: &mut PgConnection,
    filter: &UserFilter,
    page: UserPage,
) -> QueryResult<Vec<AccountRow>> {
    let is_of_all = filter.status.is_none() && filter.created.from.is_none() && filter.created.until.is_none();
    let search = match filter.beginnings.as_deref() {
        None => selecting(paged(SEARCH, page), filter),
        Some(beginnings) if is_of_all => beginning(paged(SEARCH_BY_BEGINNING, page), beginnings),
        Some(beginnings) => selecting(beginning(paged(SEARCH_BY_ALL, page), beginnings), filter),
    };
    let found: Vec<Found> = search.load(conn)?;
    FindAccount::among(found.into_iter().map(|found| found.id).collect(), conn)
}

fn paged(statement: &'static str, page: UserPage) -> Search {
    diesel::sql_query(statement)
        .into_boxed()
        .bind::<BigInt, _>(page.after.map_or(0, UserId::as_i64))
        .bind::<BigInt, _>(i64::from(page.limit))
}

fn beginning(search: Search, beginnings: &[Beginning]) -> Search {
    search
        .bind::<Array<Text>, _>(beginnings.iter().map(|one| one.kind.name()).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(beginnings.iter().map(|one| one.text.clone()).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(beginnings.iter().map(|one| format!("{}{LAST}", one.text)).collect::<Vec<_>>())
}

fn selecting(search: Search, filter: &UserFilter) -> Search {
    search
        .bind::<Nullable<Text>, _>(filter.status.map(|status| status.name()))
        .bind::<Nullable<Timestamptz>, Option<Timestamp>>(filter.created.from)
        .bind::<Nullable<Timestamptz>, Option<Timestamp>>(filter.created.until)
}
