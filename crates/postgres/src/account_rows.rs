//! Writing the rows that make up an account.

use auth_domain::Timestamp;
use auth_domain::credentials::PasswordHash;
use auth_domain::external_identities::ExternalProfile;
use auth_domain::profile::Profile;
use auth_domain::users::{AccountIdentifier, UserId, UserStatus};
use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::schema::{credentials, external_identities, identifiers, users};

pub(crate) struct NewUser<'a> {
    pub(crate) id: UserId,
    pub(crate) status: UserStatus,
    pub(crate) profile: &'a Profile,
    pub(crate) created_at: Timestamp,
    pub(crate) signed_in_at: Option<Timestamp>,
}

pub(crate) fn insert_user_in_txn(conn: &mut PgConnection, user: &NewUser<'_>) -> QueryResult<()> {
    diesel::insert_into(users::table)
        .values((
            users::id.eq(user.id.as_i64()),
            users::status.eq(user.status.name()),
            profile_columns(user.profile),
            users::created_at.eq(user.created_at),
            users::updated_at.eq(user.created_at),
            users::last_sign_in_at.eq(user.signed_in_at),
        ))
        .execute(conn)
        .map(drop)
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

pub(crate) fn insert_identifier_in_txn(
    conn: &mut PgConnection,
    user: UserId,
    held: &AccountIdentifier,
    at: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(identifiers::table)
        .values((
            identifiers::kind.eq(held.identifier.kind().name()),
            identifiers::value.eq(held.identifier.canonical()),
            identifiers::shown.eq(held.identifier.shown()),
            identifiers::user_id.eq(user.as_i64()),
            identifiers::verified_at.eq(held.verified_at),
            identifiers::created_at.eq(at),
        ))
        .execute(conn)
        .map(drop)
}

pub(crate) fn insert_external_identity_in_txn(
    conn: &mut PgConnection,
    user: UserId,
    profile: &ExternalProfile,
    at: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(external_identities::table)
        .values((
            external_identities::provider.eq(profile.provider.as_str()),
            external_identities::subject.eq(&profile.subject),
            external_identities::user_id.eq(user.as_i64()),
            external_identities::name.eq(&profile.name),
            external_identities::picture.eq(&profile.picture),
            external_identities::email.eq(&profile.email),
            external_identities::phone_number.eq(&profile.phone_number),
            external_identities::bound_at.eq(at),
        ))
        .execute(conn)
        .map(drop)
}

/// Sets the first password, or the next one.
pub(crate) fn insert_credential_in_txn(
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
        .execute(conn)
        .map(drop)
}
