//! An account row by row, each on the node that keeps it: the user, what refers to the user, and the claims, which decide.
//! All of it is one transaction, so nothing is left of what is refused or interrupted. Every id is the request's own, so
//! that running it again writes the same.

use auth_domain::accounts::UserStatus;
use auth_domain::sign_up::NewAccount;
use auth_ports::{RegisterRefusal, refuse};
use diesel::prelude::*;

use crate::account_rows::{credential_row, user_row};
use crate::claims::{Hold, hold_identifier_in_txn, hold_identity_in_txn, in_order};
use crate::database::Abort;
use crate::outbox::Listeners;
use crate::sessions::insert_session_in_txn;

/// Inserts the rows of an account that is paid for.
pub(super) fn insert_in_txn(
    conn: &mut PgConnection,
    account: &NewAccount,
    listeners: &Listeners,
) -> Result<(), Abort<RegisterRefusal>> {
    let (user, at) = (account.id, account.created_at);
    let made = (!account.was_anonymous).then(|| user_row(user, UserStatus::Active, &account.profile, at, Some(at)));
    if let Some(made) = made
        && !made.insert_new(conn)?
    {
        return refuse(RegisterRefusal::UserIdTaken);
    }
    for held in in_order(&account.identifiers) {
        let taken = RegisterRefusal::IdentifierTaken(held.identifier.kind());
        require_given(hold_identifier_in_txn(conn, user, held)?, taken)?;
    }
    if let Some(profile) = &account.external_identity {
        require_given(hold_identity_in_txn(conn, user, profile, at)?, RegisterRefusal::ExternalIdentityTaken)?;
    }
    if let Some(hash) = &account.password
        && !credential_row(user, hash, at).insert_new(conn)?
    {
        return refuse(RegisterRefusal::UserIdTaken);
    }
    insert_session_in_txn(conn, &account.session)?;
    Ok(listeners.record_by_rows_in_txn(conn, &account.event, account.outgoing())?)
}

/// Only a user who was anonymous has something already.
fn require_given(hold: Hold, taken: RegisterRefusal) -> Result<(), Abort<RegisterRefusal>> {
    match hold {
        Hold::Given => Ok(()),
        Hold::Clashes => refuse(RegisterRefusal::UserIdTaken),
        Hold::Taken => refuse(taken),
    }
}
