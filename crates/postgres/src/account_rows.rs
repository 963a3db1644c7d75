//! Writing and locking the rows that make up an account.

use auth_domain::Timestamp;
use auth_domain::accounts::{AccountIdentifier, UserId, UserStatus};
use auth_domain::credentials::PasswordHash;
use auth_domain::external_identities::ExternalProfile;
use auth_domain::identifier::Identifier;
use auth_domain::profile::{Gender, Profile};
use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::kept::Keep as _;
use crate::schema::{credentials, identifiers, users};
use crate::values::{Row, Value};

/// The row of a user who signs up now, or whom an operator creates.
pub(crate) fn user_row<'a>(
    id: UserId,
    status: UserStatus,
    profile: &'a Profile,
    created_at: Timestamp,
    signed_in_at: Option<Timestamp>,
) -> Row<'a> {
    Row {
        into: "users (id, status, name, gender, picture, locale, description, \
               created_at, updated_at, last_sign_in_at)",
        values: vec![
            Value::BigInt(Some(id.as_i64())),
            Value::Text(Some(status.name())),
            Value::Text(profile.name.as_deref()),
            Value::Text(profile.gender.map(Gender::name)),
            Value::Text(profile.picture.as_deref()),
            Value::Text(profile.locale.as_deref()),
            Value::Text(profile.description.as_deref()),
            Value::Time(Some(created_at)),
            Value::Time(Some(created_at)),
            Value::Time(signed_in_at),
        ],
    }
}

type ProfileColumns<'a> = (
    diesel::dsl::Eq<users::name, &'a Option<String>>,
    diesel::dsl::Eq<users::gender, Option<&'static str>>,
    diesel::dsl::Eq<users::picture, &'a Option<String>>,
    diesel::dsl::Eq<users::locale, &'a Option<String>>,
    diesel::dsl::Eq<users::description, &'a Option<String>>,
);

pub(crate) fn profile_columns(profile: &Profile) -> ProfileColumns<'_> {
    (
        users::name.eq(&profile.name),
        users::gender.eq(profile.gender.map(|gender| gender.name())),
        users::picture.eq(&profile.picture),
        users::locale.eq(&profile.locale),
        users::description.eq(&profile.description),
    )
}

pub(crate) fn identifier_row(user: UserId, held: &AccountIdentifier) -> Row<'_> {
    Row {
        into: "identifiers (kind, value, shown, user_id, verified_at, created_at)",
        values: vec![
            Value::Text(Some(held.identifier.kind().name())),
            Value::Text(Some(held.identifier.canonical())),
            Value::Text(Some(held.identifier.shown())),
            Value::BigInt(Some(user.as_i64())),
            Value::Time(held.verified_at),
            Value::Time(Some(held.added_at)),
        ],
    }
}

pub(crate) fn external_identity_row(user: UserId, profile: &ExternalProfile, at: Timestamp) -> Row<'_> {
    Row {
        into: "external_identities (provider, subject, user_id, name, picture, email, phone_number, bound_at)",
        values: vec![
            Value::Text(Some(profile.provider.as_str())),
            Value::Text(Some(&profile.subject)),
            Value::BigInt(Some(user.as_i64())),
            Value::Text(profile.name.as_deref()),
            Value::Text(profile.picture.as_deref()),
            Value::Text(profile.email.as_deref()),
            Value::Text(profile.phone_number.as_deref()),
            Value::Time(Some(at)),
        ],
    }
}

pub(crate) fn credential_row(user: UserId, hash: &PasswordHash, at: Timestamp) -> Row<'_> {
    Row {
        into: "credentials (user_id, password_hash, updated_at)",
        values: vec![Value::BigInt(Some(user.as_i64())), Value::Text(Some(hash.as_str())), Value::Time(Some(at))],
    }
}

/// Sets the password, whether or not there was one before.
pub(crate) fn set_password_in_txn(
    conn: &mut PgConnection,
    user: UserId,
    hash: &PasswordHash,
    at: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(credentials::table)
        .values((
            credentials::user_id.eq(user.as_i64()),
            credentials::password_hash.eq(hash.as_str()),
            credentials::updated_at.eq(at),
        ))
        .on_conflict(credentials::user_id)
        .do_update()
        .set((
            credentials::password_hash.eq(excluded(credentials::password_hash)),
            credentials::updated_at.eq(excluded(credentials::updated_at)),
        ))
        .kept()
        .execute(conn)
        .map(drop)
}

/// Sets the password if there is none. Returns whether it did.
pub(crate) fn set_first_password_in_txn(
    conn: &mut PgConnection,
    user: UserId,
    hash: &PasswordHash,
    at: Timestamp,
) -> QueryResult<bool> {
    let first = (
        credentials::user_id.eq(user.as_i64()),
        credentials::password_hash.eq(hash.as_str()),
        credentials::updated_at.eq(at),
    );
    let inserted = diesel::insert_into(credentials::table).values(first).on_conflict_do_nothing().execute(conn)?;
    Ok(inserted == 1)
}

/// Whether the user is active. Locks the row, so that a concurrent block or deletion either waits or is seen.
pub(crate) fn lock_active_user_in_txn(conn: &mut PgConnection, user: UserId) -> QueryResult<bool> {
    Ok(lock_user_in_txn(conn, user)?.as_deref() == Some("ACTIVE"))
}

/// Returns the user's status and locks the row.
pub(crate) fn lock_user_in_txn(conn: &mut PgConnection, user: UserId) -> QueryResult<Option<String>> {
    users::table.find(user.as_i64()).select(users::status).for_update().first(conn).optional()
}

/// Marks the address as proven if the user still has it and it was unproven.
pub(crate) fn mark_proven_in_txn(
    conn: &mut PgConnection,
    user: UserId,
    address: &Identifier,
    at: Timestamp,
) -> QueryResult<()> {
    let unproven = identifiers::table
        .find((user.as_i64(), address.kind().name()))
        .filter(identifiers::value.eq(address.canonical()))
        .filter(identifiers::verified_at.is_null());
    diesel::update(unproven).set(identifiers::verified_at.eq(at)).kept().execute(conn).map(drop)
}
