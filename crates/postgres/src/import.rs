//! Many accounts at once, with a few statements per batch, whatever its size.

use std::collections::{BTreeMap, BTreeSet};

use auth_domain::accounts::{AccountIdentifier, MadeAccount};
use auth_domain::identifier::IdentifierKind;
use auth_ports::ImportOutcome;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz};

/// Stores the accounts that clash with nobody. Identifiers are claimed in a fixed order; an account that does not get all
/// of its identifiers releases the others.
pub(crate) fn import_in_txn(conn: &mut PgConnection, accounts: &[MadeAccount]) -> QueryResult<Vec<ImportOutcome>> {
    let mut outcomes = clashes_within(accounts);
    let fresh_ids = insert_users(conn, accounts, &outcomes)?;
    for (account, outcome) in accounts.iter().zip(&mut outcomes) {
        if *outcome == ImportOutcome::Imported && !fresh_ids.contains(&account.id.as_i64()) {
            *outcome = ImportOutcome::UserIdTaken;
        }
    }
    let rows = identifier_rows(accounts, &outcomes);
    let claimed = hold_identifiers(conn, &rows)?;
    let mut undone = Vec::new();
    for (account, outcome) in accounts.iter().zip(&mut outcomes) {
        if *outcome != ImportOutcome::Imported {
            continue;
        }
        let lost = account
            .identifiers
            .iter()
            .map(|held| held.identifier.kind())
            .find(|kind| !claimed.get(&account.id.as_i64()).is_some_and(|kinds| kinds.contains(kind.name())));
        if let Some(kind) = lost {
            *outcome = ImportOutcome::IdentifierTaken(kind);
            undone.push(account.id.as_i64());
        }
    }
    if !undone.is_empty() {
        let theirs: Vec<_> = rows.into_iter().filter(|(account, _)| undone.contains(&account.id.as_i64())).collect();
        of_identifiers(RELEASE, &theirs).execute(conn)?;
        // This also deletes the identifiers.
        diesel::delete(crate::schema::users::table.filter(crate::schema::users::id.eq_any(undone))).execute(conn)?;
    }
    insert_credentials(conn, accounts, &outcomes)?;
    Ok(outcomes)
}

/// If several accounts of a batch claim the same identifier, the first one gets it.
fn clashes_within(accounts: &[MadeAccount]) -> Vec<ImportOutcome> {
    let mut seen: BTreeSet<(IdentifierKind, &str)> = BTreeSet::new();
    let mut ids = BTreeSet::new();
    let outcome =
        |account: &MadeAccount| -> Option<ImportOutcome> { ids.insert(account.id).then_some(ImportOutcome::Imported) };
    let first_ids: Vec<_> = accounts.iter().map(outcome).collect();
    let mut outcomes = Vec::with_capacity(accounts.len());
    for (account, first) in accounts.iter().zip(first_ids) {
        let clash = account.identifiers.iter().find(|held| seen.contains(&key(held)));
        outcomes.push(match (first, clash) {
            (None, _) => ImportOutcome::UserIdTaken,
            (_, Some(held)) => ImportOutcome::IdentifierTaken(held.identifier.kind()),
            (Some(imported), None) => {
                seen.extend(account.identifiers.iter().map(key));
                imported
            }
        });
    }
    outcomes
}

fn key(held: &AccountIdentifier) -> (IdentifierKind, &str) {
    (held.identifier.kind(), held.identifier.canonical())
}

fn imported<'a, 'o>(
    accounts: &'a [MadeAccount],
    outcomes: &'o [ImportOutcome],
) -> impl Iterator<Item = &'a MadeAccount> + Clone + use<'a, 'o> {
    accounts
        .iter()
        .zip(outcomes)
        .filter(|(_, outcome)| **outcome == ImportOutcome::Imported)
        .map(|(account, _)| account)
}

#[derive(QueryableByName)]
struct Inserted {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

fn insert_users(
    conn: &mut PgConnection,
    accounts: &[MadeAccount],
    outcomes: &[ImportOutcome],
) -> QueryResult<BTreeSet<i64>> {
    let rows = imported(accounts, outcomes);
    let text = |field: fn(&MadeAccount) -> Option<String>| rows.clone().map(field).collect::<Vec<_>>();
    let inserted: Vec<Inserted> = diesel::sql_query(
        "INSERT INTO users (id, status, name, gender, picture, locale, description, created_at, updated_at) \
         SELECT u.id, u.status, u.name, u.gender, u.picture, u.locale, u.description, u.at, u.at \
         FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) AS u (id, status, name, gender, picture, locale, description, at) \
         ON CONFLICT DO NOTHING RETURNING id",
    )
    .bind::<Array<BigInt>, _>(rows.clone().map(|a| a.id.as_i64()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.clone().map(|a| a.status.name()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(text(|a| a.profile.name.clone()))
    .bind::<Array<Nullable<Text>>, _>(text(|a| a.profile.gender.map(|gender| gender.name().to_owned())))
    .bind::<Array<Nullable<Text>>, _>(text(|a| a.profile.picture.clone()))
    .bind::<Array<Nullable<Text>>, _>(text(|a| a.profile.locale.clone()))
    .bind::<Array<Nullable<Text>>, _>(text(|a| a.profile.description.clone()))
    .bind::<Array<Timestamptz>, _>(rows.clone().map(|a| a.created_at).collect::<Vec<_>>())
    .load(conn)?;
    Ok(inserted.into_iter().map(|row| row.id).collect())
}

#[derive(QueryableByName)]
struct Claimed {
    #[diesel(sql_type = BigInt)]
    user_id: i64,
    #[diesel(sql_type = Text)]
    kind: String,
}

/// An identifier, and whose it is to be.
type Held<'a> = (&'a MadeAccount, &'a AccountIdentifier);

fn identifier_rows<'a>(accounts: &'a [MadeAccount], outcomes: &[ImportOutcome]) -> Vec<Held<'a>> {
    let mut rows: Vec<_> =
        imported(accounts, outcomes).flat_map(|a| a.identifiers.iter().map(move |held| (a, held))).collect();
    rows.sort_unstable_by_key(|(_, held)| key(held));
    rows
}

/// Gives the identifiers to their accounts, and returns which kinds each user has got.
fn hold_identifiers(conn: &mut PgConnection, rows: &[Held<'_>]) -> QueryResult<BTreeMap<i64, BTreeSet<String>>> {
    // While the schema is expanded, some clash with what the program before stored, and what is inserted is claimed by a
    // trigger.
    let inserted = by_user(insert_identifiers(conn, rows)?);
    let rows: Vec<_> = rows.iter().filter(|held| has_got(&inserted, held)).copied().collect();
    let mut claimed = by_user(of_identifiers(CLAIM, &rows).load(conn)?);
    let others: Vec<_> = rows.iter().filter(|held| !has_got(&claimed, held)).copied().collect();
    if !others.is_empty() {
        for (user, kinds) in by_user(of_identifiers(CLAIMED, &others).load(conn)?) {
            claimed.entry(user).or_default().extend(kinds);
        }
    }
    Ok(claimed)
}

const CLAIM: &str = "INSERT INTO identifier_claims (kind, value, user_id) SELECT * FROM unnest($1, $2, $3) \
    ON CONFLICT DO NOTHING RETURNING user_id, kind";
const CLAIMED: &str = "SELECT c.user_id, c.kind FROM identifier_claims c JOIN unnest($1, $2, $3) AS u (kind, value, user_id) \
    ON c.kind = u.kind AND c.value = u.value AND c.user_id = u.user_id";
const RELEASE: &str = "DELETE FROM identifier_claims c USING unnest($1, $2, $3) AS u (kind, value, user_id) \
    WHERE c.kind = u.kind AND c.value = u.value AND c.user_id = u.user_id";

fn has_got(kinds: &BTreeMap<i64, BTreeSet<String>>, (account, held): &Held<'_>) -> bool {
    kinds.get(&account.id.as_i64()).is_some_and(|kinds| kinds.contains(held.identifier.kind().name()))
}

fn by_user(rows: Vec<Claimed>) -> BTreeMap<i64, BTreeSet<String>> {
    let mut kinds: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
    for row in rows {
        kinds.entry(row.user_id).or_default().insert(row.kind);
    }
    kinds
}

fn insert_identifiers(conn: &mut PgConnection, rows: &[Held<'_>]) -> QueryResult<Vec<Claimed>> {
    diesel::sql_query(
        "INSERT INTO identifiers (kind, value, shown, user_id, verified_at, created_at) \
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING user_id, kind",
    )
    .bind::<Array<Text>, _>(kinds(rows))
    .bind::<Array<Text>, _>(values(rows))
    .bind::<Array<Text>, _>(rows.iter().map(|(_, held)| held.identifier.shown()).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(users(rows))
    .bind::<Array<Nullable<Timestamptz>>, _>(rows.iter().map(|(_, held)| held.verified_at).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(rows.iter().map(|(_, held)| held.added_at).collect::<Vec<_>>())
    .load(conn)
}

/// A statement about kinds, values and users.
fn of_identifiers<'a>(sql: &str, rows: &[Held<'a>]) -> BoxedSqlQuery<'a, Pg, SqlQuery> {
    diesel::sql_query(sql)
        .into_boxed()
        .bind::<Array<Text>, _>(kinds(rows))
        .bind::<Array<Text>, _>(values(rows))
        .bind::<Array<BigInt>, _>(users(rows))
}

fn kinds(rows: &[Held<'_>]) -> Vec<&'static str> {
    rows.iter().map(|(_, held)| held.identifier.kind().name()).collect()
}

fn values<'a>(rows: &[Held<'a>]) -> Vec<&'a str> {
    rows.iter().map(|(_, held)| held.identifier.canonical()).collect()
}

fn users(rows: &[Held<'_>]) -> Vec<i64> {
    rows.iter().map(|(account, _)| account.id.as_i64()).collect()
}

fn insert_credentials(
    conn: &mut PgConnection,
    accounts: &[MadeAccount],
    outcomes: &[ImportOutcome],
) -> QueryResult<()> {
    let rows: Vec<_> = imported(accounts, outcomes).filter_map(|a| Some((a, a.password.as_ref()?))).collect();
    diesel::sql_query("INSERT INTO credentials (user_id, password_hash, updated_at) SELECT * FROM unnest($1, $2, $3)")
        .bind::<Array<BigInt>, _>(rows.iter().map(|(a, _)| a.id.as_i64()).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(rows.iter().map(|(_, hash)| hash.as_str()).collect::<Vec<_>>())
        .bind::<Array<Timestamptz>, _>(rows.iter().map(|(a, _)| a.created_at).collect::<Vec<_>>())
        .execute(conn)
        .map(drop)
}
