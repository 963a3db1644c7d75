//! Many accounts at once, with a few statements per batch, whatever its size.

use std::collections::{BTreeMap, BTreeSet};

use auth_domain::accounts::MadeAccount;
use auth_domain::identifier::IdentifierKind;
use auth_ports::ImportOutcome;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz};

/// Stores the accounts that clash with nobody. Identifiers are claimed first, in a fixed order; an account that does
/// not get all of its identifiers releases the others.
pub(crate) fn import_in_txn(conn: &mut PgConnection, accounts: &[MadeAccount]) -> QueryResult<Vec<ImportOutcome>> {
    let mut outcomes = clashes_within(accounts);
    let fresh_ids = insert_users(conn, accounts, &outcomes)?;
    for (account, outcome) in accounts.iter().zip(&mut outcomes) {
        if *outcome == ImportOutcome::Imported && !fresh_ids.contains(&account.id.as_i64()) {
            *outcome = ImportOutcome::UserIdTaken;
        }
    }
    let claimed = insert_identifiers(conn, accounts, &outcomes)?;
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

fn key(held: &auth_domain::accounts::AccountIdentifier) -> (IdentifierKind, &str) {
    (held.identifier.kind(), held.identifier.canonical())
}

fn imported<'a>(
    accounts: &'a [MadeAccount],
    outcomes: &'a [ImportOutcome],
) -> impl Iterator<Item = &'a MadeAccount> + Clone {
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

fn insert_identifiers(
    conn: &mut PgConnection,
    accounts: &[MadeAccount],
    outcomes: &[ImportOutcome],
) -> QueryResult<BTreeMap<i64, BTreeSet<String>>> {
    let mut rows: Vec<_> =
        imported(accounts, outcomes).flat_map(|a| a.identifiers.iter().map(move |held| (a, held))).collect();
    rows.sort_unstable_by_key(|(_, held)| key(held));
    let claimed: Vec<Claimed> = diesel::sql_query(
        "INSERT INTO identifiers (kind, value, shown, user_id, verified_at, created_at) \
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING user_id, kind",
    )
    .bind::<Array<Text>, _>(rows.iter().map(|(_, held)| held.identifier.kind().name()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|(_, held)| held.identifier.canonical()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|(_, held)| held.identifier.shown()).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(rows.iter().map(|(a, _)| a.id.as_i64()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Timestamptz>>, _>(rows.iter().map(|(_, held)| held.verified_at).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(rows.iter().map(|(_, held)| held.added_at).collect::<Vec<_>>())
    .load(conn)?;
    let mut kinds: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
    for row in claimed {
        kinds.entry(row.user_id).or_default().insert(row.kind);
    }
    Ok(kinds)
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
