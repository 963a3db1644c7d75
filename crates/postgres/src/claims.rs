//! Identifiers and identities at third parties that an account holds. Each is a row of the account and a claim; the claim
//! decides who owns it. Both are written, and removed, in one transaction.
//!
//! The row comes first, because the program before this one locks the value of the row first, too: its claim is made by a
//! trigger at the end of the statement.

use auth_domain::Timestamp;
use auth_domain::accounts::{AccountIdentifier, UserId};
use auth_domain::external_identities::ExternalProfile;
use diesel::prelude::*;

use crate::account_rows::{external_identity_row, identifier_row};
use crate::owner::Owner;
use crate::schema::{external_identities, identifier_claims, identifiers, identity_claims};
use crate::values::{Row, Value};

pub(crate) fn identifier_claim(user: UserId, held: &AccountIdentifier) -> Row<'_> {
    Row {
        into: "identifier_claims (kind, value, user_id)",
        values: vec![
            Value::Text(Some(held.identifier.kind().name())),
            Value::Text(Some(held.identifier.canonical())),
            Value::BigInt(Some(user.as_i64())),
        ],
    }
}

pub(crate) fn identity_claim(user: UserId, profile: &ExternalProfile) -> Row<'_> {
    Row {
        into: "identity_claims (provider, subject, user_id)",
        values: vec![
            Value::Text(Some(profile.provider.as_str())),
            Value::Text(Some(&profile.subject)),
            Value::BigInt(Some(user.as_i64())),
        ],
    }
}

/// Returns the identifiers in the order in which they are claimed, so that two transactions do not wait for each other in
/// a circle.
pub(crate) fn in_order<'a>(held: impl IntoIterator<Item = &'a AccountIdentifier>) -> Vec<&'a AccountIdentifier> {
    let mut held: Vec<_> = held.into_iter().collect();
    held.sort_unstable_by_key(|held| (held.identifier.kind(), held.identifier.canonical()));
    held
}

/// What became of an identifier, or an identity, that an account is to have. Unless it is given, the caller rolls back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    /// The account has it.
    Given,
    /// The account has another one of the same kind, or of the same provider. While the schema is expanded, this may also
    /// mean that somebody else has it.
    Clashes,
    /// Somebody else has it.
    Taken,
}

/// Gives the identifier to the account.
pub(crate) fn hold_identifier_in_txn(
    conn: &mut PgConnection,
    user: UserId,
    held: &AccountIdentifier,
) -> QueryResult<Hold> {
    hold(
        conn,
        user,
        &identifier_row(user, held),
        &identifier_claim(user, held),
        &Owner::of_identifier(&held.identifier),
    )
}

/// Gives the identity to the account.
pub(crate) fn hold_identity_in_txn(
    conn: &mut PgConnection,
    user: UserId,
    profile: &ExternalProfile,
    at: Timestamp,
) -> QueryResult<Hold> {
    let owner = Owner::of_identity(&profile.provider, &profile.subject);
    hold(conn, user, &external_identity_row(user, profile, at), &identity_claim(user, profile), &owner)
}

fn hold<const IDENTITY: bool>(
    conn: &mut PgConnection,
    user: UserId,
    row: &Row<'_>,
    claim: &Row<'_>,
    owner: &Owner<IDENTITY>,
) -> QueryResult<Hold> {
    if !row.insert_new(conn)? {
        return Ok(Hold::Clashes);
    }
    // While the schema is expanded, a trigger has made the claim already.
    let is_given = claim.insert_new(conn)? || owner.find_claim(conn)? == Some(user.as_i64());
    Ok(if is_given { Hold::Given } else { Hold::Taken })
}

/// An identifier that an account no longer has.
pub(crate) struct RemovedIdentifier {
    pub(crate) kind: String,
    pub(crate) value: String,
    pub(crate) added_at: Timestamp,
}

/// Takes identifiers from the account: all, or those of a kind, or the one of this kind and value.
pub(crate) fn remove_identifiers_in_txn(
    conn: &mut PgConnection,
    user: UserId,
    kind: Option<&str>,
    value: Option<&str>,
) -> QueryResult<Vec<RemovedIdentifier>> {
    let mut theirs = diesel::delete(identifiers::table.filter(identifiers::user_id.eq(user.as_i64()))).into_boxed();
    if let Some(kind) = kind {
        theirs = theirs.filter(identifiers::kind.eq(kind));
    }
    if let Some(value) = value {
        theirs = theirs.filter(identifiers::value.eq(value));
    }
    let removed: Vec<(String, String, Timestamp)> =
        theirs.returning((identifiers::kind, identifiers::value, identifiers::created_at)).load(conn)?;
    for (kind, value, _) in &removed {
        let claim = identifier_claims::table.find((kind, value));
        diesel::delete(claim.filter(identifier_claims::user_id.eq(user.as_i64()))).execute(conn)?;
    }
    Ok(removed.into_iter().map(|(kind, value, added_at)| RemovedIdentifier { kind, value, added_at }).collect())
}

/// Takes identities from the account: all, or that of a provider, or the one of this provider and subject.
pub(crate) fn remove_identities_in_txn(
    conn: &mut PgConnection,
    user: UserId,
    provider: Option<&str>,
    subject: Option<&str>,
) -> QueryResult<()> {
    let of_user = external_identities::table.filter(external_identities::user_id.eq(user.as_i64()));
    let mut theirs = diesel::delete(of_user).into_boxed();
    if let Some(provider) = provider {
        theirs = theirs.filter(external_identities::provider.eq(provider));
    }
    if let Some(subject) = subject {
        theirs = theirs.filter(external_identities::subject.eq(subject));
    }
    let removed: Vec<(String, String)> =
        theirs.returning((external_identities::provider, external_identities::subject)).load(conn)?;
    for (provider, subject) in &removed {
        let claim = identity_claims::table.find((provider, subject));
        diesel::delete(claim.filter(identity_claims::user_id.eq(user.as_i64()))).execute(conn)?;
    }
    Ok(())
}
