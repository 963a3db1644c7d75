//! Creating accounts. What pays comes first, so that of two identical requests sent at once, the second one is refused
//! because of it, and so that only somebody who can pay learns what is taken.

use std::sync::Arc;

use auth_domain::anonymous::ANONYMOUS_DEVICE;
use auth_domain::payment::Payment;
use auth_domain::sign_up::NewAccount;
use auth_ports::{Failure, Halt, RegisterRefusal, refuse};
use diesel::prelude::*;

use super::{by_rows, in_one_statement, losses};
use crate::PostgresStores;
use crate::account_rows::{lock_active_user_in_txn, profile_columns};
use crate::claims::remove_identifiers_in_txn;
use crate::database::Abort;
use crate::layout::Layout;
use crate::proofs::spend_proofs_in_txn;
use crate::schema::{credentials, users};
use crate::sessions::end_sessions_in_txn;
use crate::vouchers::{Spenders, spend_vouchers_in_txn};

/// How often the one statement is attempted. It clashes, and nothing is found to clash with, only if the other account is
/// deleted or changed at that moment.
const ATTEMPTS: u32 = 3;

pub(super) async fn register(stores: &PostgresStores, account: NewAccount) -> Result<(), Halt<RegisterRefusal>> {
    let account = Arc::new(account);
    match stores.layout {
        Layout::Single => on_one_node(stores, &account).await,
        Layout::Sharded => {
            let (spenders, listeners) = (stores.spenders.clone(), stores.listeners.clone());
            let work = move |conn: &mut PgConnection| {
                pay_in_txn(conn, &account, &spenders)?;
                by_rows::insert_in_txn(conn, &account, &listeners)
            };
            stores.database.transaction_or_refusal(work).await
        }
    }
}

/// Whoever loses a race is refused by a constraint, and everything is rolled back. Which one it was the error does not
/// have to say: what clashes is stored by then, and is looked for.
async fn on_one_node(stores: &PostgresStores, account: &Arc<NewAccount>) -> Result<(), Halt<RegisterRefusal>> {
    let mut attempt = 1;
    loop {
        let failure = match attempt_on_one_node(stores, Arc::clone(account)).await {
            Err(Halt::Failed(failure @ Failure::Internal(_))) => failure,
            outcome => return outcome,
        };
        let lost = Arc::clone(account);
        match stores.database.statement(move |conn| losses::find(conn, &lost)).await? {
            Some(refusal) => return refuse(refusal),
            None if attempt == ATTEMPTS => return Err(failure.into()),
            None => attempt += 1,
        }
    }
}

/// If one statement suffices, it commits by itself. Some sign-ups need a transaction that can be rolled back: those
/// with two proofs, of which only one may turn out to be spendable; those with a voucher, which its team spends with
/// statements of its own; and those of an anonymous user, whose account is changed first.
async fn attempt_on_one_node(stores: &PostgresStores, account: Arc<NewAccount>) -> Result<(), Halt<RegisterRefusal>> {
    let listeners = stores.listeners.clone();
    let takes_several = |payment: &Payment| payment.proofs.len() > 1 || !payment.vouchers.is_empty();
    if account.was_anonymous || account.payment.as_ref().is_some_and(takes_several) {
        let spenders = stores.spenders.clone();
        let work = move |conn: &mut PgConnection| {
            pay_in_txn(conn, &account, &spenders)?;
            in_one_statement::insert_paid_in_txn(conn, &account, &listeners)
        };
        stores.database.transaction_or_refusal(work).await
    } else {
        let work = move |conn: &mut PgConnection| in_one_statement::pay_and_insert_on_conn(conn, &account, &listeners);
        stores.database.statement_or_refusal(work).await
    }
}

/// Spends what pays, and makes room where an anonymous user signs up.
fn pay_in_txn(
    conn: &mut PgConnection,
    account: &NewAccount,
    spenders: &Spenders,
) -> Result<(), Abort<RegisterRefusal>> {
    if !spend_proofs_in_txn(conn, account.payment.as_ref(), account.id, account.created_at)? {
        return refuse(RegisterRefusal::ProofUnusable);
    }
    spend_vouchers_in_txn(conn, spenders, account)?;
    if account.was_anonymous { adopt_in_txn(conn, account) } else { Ok(()) }
}

/// Turns an anonymous user into an ordinary one under the same id.
fn adopt_in_txn(conn: &mut PgConnection, account: &NewAccount) -> Result<(), Abort<RegisterRefusal>> {
    let active = lock_active_user_in_txn(conn, account.id)?;
    if !active || remove_identifiers_in_txn(conn, account.id, Some(ANONYMOUS_DEVICE.name()), None)?.is_empty() {
        return refuse(RegisterRefusal::UserIdTaken);
    }
    end_sessions_in_txn(conn, account.id, None, account.created_at)?;
    // An operator may have set a password.
    diesel::delete(credentials::table.find(account.id.as_i64())).execute(conn)?;
    diesel::update(users::table.find(account.id.as_i64()))
        .set((
            profile_columns(&account.profile),
            users::updated_at.eq(account.created_at),
            users::last_sign_in_at.eq(account.created_at),
        ))
        .execute(conn)?;
    Ok(())
}
