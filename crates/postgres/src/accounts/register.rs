//! Making accounts.

use auth_domain::anonymous::ANONYMOUS_DEVICE;
use auth_domain::signup::NewAccount;
use auth_domain::users::UserStatus;
use auth_ports::RegisterError;
use diesel::prelude::*;

use crate::account_rows::{
    NewUser, insert_credential_in_txn, insert_external_identity_in_txn, insert_identifier_in_txn, insert_user_in_txn,
    profile_columns,
};
use crate::constraints::{self, refused_by};
use crate::database::Abort;
use crate::proofs::{Payment, spend_proofs_in_txn};
use crate::schema::{identifiers, users};
use crate::sessions::{end_sessions_in_txn, insert_event_in_txn, insert_session_in_txn, lock_active_user_in_txn};

pub(super) fn register_in_txn(conn: &mut PgConnection, account: &NewAccount) -> Result<(), Abort<RegisterError>> {
    let payment = Payment {
        proofs: &account.proofs,
        user: account.id,
        fingerprint: &account.fingerprint,
        at: account.created_at,
    };
    if !spend_proofs_in_txn(conn, &payment)? {
        return Err(Abort::Refused(RegisterError::ProofUnusable));
    }
    if account.was_anonymous {
        adopt_in_txn(conn, account)?
    } else {
        insert_in_txn(conn, account)?
    }
    insert_identifiers_in_txn(conn, account)?;
    if let Some(profile) = &account.external_identity {
        insert_external_identity_in_txn(conn, account.id, profile, account.created_at)
            .map_err(|error| refused_by(error, constraints::EXTERNAL_IDENTITY, RegisterError::ExternalIdentityTaken))?;
    }
    if let Some(hash) = &account.password {
        insert_credential_in_txn(conn, account.id, hash, account.created_at)?;
    }
    insert_session_in_txn(conn, &account.session)?;
    insert_event_in_txn(conn, &account.event)?;
    Ok(())
}

fn insert_in_txn(conn: &mut PgConnection, account: &NewAccount) -> Result<(), Abort<RegisterError>> {
    let user = NewUser {
        id: account.id,
        status: UserStatus::Active,
        profile: &account.profile,
        created_at: account.created_at,
        signed_in_at: Some(account.created_at),
    };
    insert_user_in_txn(conn, &user).map_err(|error| refused_by(error, constraints::USER_ID, RegisterError::UserIdTaken))
}

/// An anonymous user becomes a real one under the same id.
fn adopt_in_txn(conn: &mut PgConnection, account: &NewAccount) -> Result<(), Abort<RegisterError>> {
    let active = lock_active_user_in_txn(conn, account.id)?;
    let device = identifiers::table
        .filter(identifiers::user_id.eq(account.id.as_i64()))
        .filter(identifiers::kind.eq(ANONYMOUS_DEVICE.name()));
    if !active || diesel::delete(device).execute(conn)? == 0 {
        return Err(Abort::Refused(RegisterError::UserIdTaken));
    }
    end_sessions_in_txn(conn, account.id, None, account.created_at)?;
    diesel::update(users::table.find(account.id.as_i64()))
        .set((
            profile_columns(&account.profile),
            users::updated_at.eq(account.created_at),
            users::last_sign_in_at.eq(account.created_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// One statement an identifier, so that a violation says which kind is taken; in a fixed order, so
/// that two sign-ups never wait for each other in a circle.
fn insert_identifiers_in_txn(conn: &mut PgConnection, account: &NewAccount) -> Result<(), Abort<RegisterError>> {
    let mut held: Vec<_> = account.identifiers.iter().collect();
    held.sort_unstable_by_key(|held| (held.identifier.kind(), held.identifier.canonical()));
    for held in held {
        let taken = RegisterError::IdentifierTaken(held.identifier.kind());
        insert_identifier_in_txn(conn, account.id, held, account.created_at)
            .map_err(|error| refused_by(error, constraints::IDENTIFIER, taken))?;
    }
    Ok(())
}
