//! Accounts on PostgreSQL.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::identifier::Identifier;
use auth_domain::sessions::SessionId;
use auth_domain::signup::NewAccount;
use auth_domain::users::{Account, UserId};
use auth_ports::{AccountStore, RegisterError, StoreError};
use diesel::prelude::*;

use crate::PostgresStores;
use crate::account_query::FindAccount;
use crate::constraints::{self, violates};
use crate::database::{Abort, failed};
use crate::migrations;
use crate::proofs::{Payment, spend_proofs_in_txn};
use crate::schema::{credentials, external_identities, identifiers, users};
use crate::sessions::{insert_event_in_txn, insert_session_in_txn};

#[async_trait]
impl AccountStore for PostgresStores {
    async fn register(&self, account: NewAccount) -> Result<(), RegisterError> {
        self.database.transaction(move |conn| register_in_txn(conn, &account)).await
    }

    async fn find_owner(&self, identifier: &Identifier) -> Result<Option<UserId>, StoreError> {
        let (kind, value) = (identifier.kind().name(), identifier.canonical().to_owned());
        let owner: Option<i64> = self
            .database
            .statement(move |conn| {
                identifiers::table.find((kind, &value)).select(identifiers::user_id).first(conn).optional()
            })
            .await?;
        Ok(owner.map(UserId::from_i64))
    }

    async fn find(&self, user: UserId) -> Result<Option<Account>, StoreError> {
        self.find_account(FindAccount::by_id(user)).await
    }

    async fn find_in_session(
        &self,
        user: UserId,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Option<Account>, StoreError> {
        self.find_account(FindAccount::in_session(user, session, now)).await
    }

    async fn check_ready(&self) -> Result<(), StoreError> {
        let pending = self.database.statement(|conn| Ok(migrations::is_pending(conn))).await?.map_err(failed)?;
        if pending { Err(StoreError::Unavailable("migrations are pending".into())) } else { Ok(()) }
    }
}

impl PostgresStores {
    async fn find_account(&self, query: FindAccount) -> Result<Option<Account>, StoreError> {
        let row = self.database.statement(move |conn| query.clone().first(conn)).await?;
        row.map(|row| row.into_account(&self.schemes)).transpose()
    }
}

fn register_in_txn(conn: &mut PgConnection, account: &NewAccount) -> Result<(), Abort<RegisterError>> {
    let payment = Payment {
        proofs: &account.proofs,
        user: account.id,
        fingerprint: &account.fingerprint,
        at: account.created_at,
    };
    if !spend_proofs_in_txn(conn, &payment)? {
        return Err(Abort::Refused(RegisterError::ProofUnusable));
    }
    insert_user_in_txn(conn, account)?;
    insert_identifiers_in_txn(conn, account)?;
    insert_external_identity_in_txn(conn, account)?;
    insert_credential_in_txn(conn, account)?;
    insert_session_in_txn(conn, &account.session)?;
    insert_event_in_txn(conn, &account.event)?;
    Ok(())
}

fn insert_user_in_txn(conn: &mut PgConnection, account: &NewAccount) -> Result<(), Abort<RegisterError>> {
    let profile = &account.profile;
    diesel::insert_into(users::table)
        .values((
            users::id.eq(account.id.as_i64()),
            users::status.eq("ACTIVE"),
            users::name.eq(&profile.name),
            users::gender.eq(profile.gender.map(|gender| gender.name())),
            users::picture.eq(&profile.picture),
            users::locale.eq(&profile.locale),
            users::description.eq(&profile.description),
            users::created_at.eq(account.created_at),
            users::updated_at.eq(account.created_at),
            users::last_sign_in_at.eq(account.created_at),
        ))
        .execute(conn)
        .map(drop)
        .map_err(|error| refused_by(error, constraints::USER_ID, || RegisterError::UserIdTaken))
}

/// One statement an identifier, so that a violation says which kind is taken; in a fixed order, so
/// that two sign-ups never wait for each other in a circle.
fn insert_identifiers_in_txn(conn: &mut PgConnection, account: &NewAccount) -> Result<(), Abort<RegisterError>> {
    let mut held: Vec<_> = account.identifiers.iter().collect();
    held.sort_unstable_by_key(|held| (held.identifier.kind(), held.identifier.canonical()));
    for held in held {
        let identifier = &held.identifier;
        diesel::insert_into(identifiers::table)
            .values((
                identifiers::kind.eq(identifier.kind().name()),
                identifiers::value.eq(identifier.canonical()),
                identifiers::shown.eq(identifier.shown()),
                identifiers::user_id.eq(account.id.as_i64()),
                identifiers::verified_at.eq(held.verified_at),
                identifiers::created_at.eq(account.created_at),
            ))
            .execute(conn)
            .map_err(|error| {
                refused_by(error, constraints::IDENTIFIER, || RegisterError::IdentifierTaken(identifier.kind()))
            })?;
    }
    Ok(())
}

fn insert_external_identity_in_txn(conn: &mut PgConnection, account: &NewAccount) -> Result<(), Abort<RegisterError>> {
    let Some(profile) = &account.external_identity else { return Ok(()) };
    diesel::insert_into(external_identities::table)
        .values((
            external_identities::provider.eq(profile.provider.as_str()),
            external_identities::subject.eq(&profile.subject),
            external_identities::user_id.eq(account.id.as_i64()),
            external_identities::name.eq(&profile.name),
            external_identities::picture.eq(&profile.picture),
            external_identities::email.eq(&profile.email),
            external_identities::phone_number.eq(&profile.phone_number),
            external_identities::bound_at.eq(account.created_at),
        ))
        .execute(conn)
        .map(drop)
        .map_err(|error| refused_by(error, constraints::EXTERNAL_IDENTITY, || RegisterError::ExternalIdentityTaken))
}

fn insert_credential_in_txn(conn: &mut PgConnection, account: &NewAccount) -> QueryResult<()> {
    let Some(hash) = &account.password else { return Ok(()) };
    diesel::insert_into(credentials::table)
        .values((
            credentials::user_id.eq(account.id.as_i64()),
            credentials::password_hash.eq(hash.as_str()),
            credentials::updated_at.eq(account.created_at),
        ))
        .execute(conn)
        .map(drop)
}

fn refused_by(
    error: diesel::result::Error,
    constraint: &str,
    refusal: impl FnOnce() -> RegisterError,
) -> Abort<RegisterError> {
    if violates(&error, constraint) { Abort::Refused(refusal()) } else { Abort::Sql(error) }
}
