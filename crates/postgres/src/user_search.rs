//! Searching users.

use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::admin::{UserFilter, UserPage};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz};

use crate::account_query::{AccountRow, FindAccount};

/// Every condition names the user's own rows, so that where tables are divided by account, each part is searched by itself.
const SEARCH: &str = "SELECT u.id FROM users u WHERE u.id > $1 AND ($2 IS NULL OR u.status = $2) \
    AND ($3 IS NULL OR u.created_at >= $3) AND ($4 IS NULL OR u.created_at < $4) \
    AND ($5 IS NULL OR EXISTS (SELECT FROM identifiers i JOIN unnest($5, $6) AS b (kind, pattern) \
        ON i.kind = b.kind AND i.value LIKE b.pattern WHERE i.user_id = u.id)) \
    ORDER BY u.id LIMIT $7";

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// Reads a page of the accounts that the filter selects: first which they are, then all of them at once.
pub(crate) fn search_in_txn(
    conn: &mut PgConnection,
    filter: &UserFilter,
    page: UserPage,
) -> QueryResult<Vec<AccountRow>> {
    let beginnings = filter.beginnings.as_deref();
    let kinds = beginnings.map(|all| all.iter().map(|one| one.kind.name()).collect::<Vec<_>>());
    let patterns = beginnings.map(|all| all.iter().map(|one| pattern(&one.text)).collect::<Vec<_>>());
    let found: Vec<Found> = diesel::sql_query(SEARCH)
        .bind::<BigInt, _>(page.after.map_or(0, UserId::as_i64))
        .bind::<Nullable<Text>, _>(filter.status.map(|status| status.name()))
        .bind::<Nullable<Timestamptz>, Option<Timestamp>>(filter.created.from)
        .bind::<Nullable<Timestamptz>, Option<Timestamp>>(filter.created.until)
        .bind::<Nullable<Array<Text>>, _>(kinds)
        .bind::<Nullable<Array<Text>>, _>(patterns)
        .bind::<BigInt, _>(i64::from(page.limit))
        .load(conn)?;
    FindAccount::among(found.into_iter().map(|found| found.id).collect(), conn)
}

/// What is written here and anything after it, as a pattern of `LIKE`.
fn pattern(beginning: &str) -> String {
    let mut pattern = String::with_capacity(beginning.len() + 1);
    for c in beginning.chars() {
        if matches!(c, '\\' | '%' | '_') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
