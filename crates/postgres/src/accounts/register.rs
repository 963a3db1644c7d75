//! Creating accounts in one statement, because round trips are most of the cost of a sign-up.

use auth_domain::accounts::UserStatus;
use auth_domain::anonymous::ANONYMOUS_DEVICE;
use auth_domain::payment::Payment;
use auth_domain::sign_up::NewAccount;
use auth_ports::{Halt, RegisterRefusal, refuse};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::Error as SqlError;
use diesel::sql_types::BigInt;

use crate::PostgresStores;
use crate::account_rows::{
    credential_row, external_identity_row, identifier_row, lock_active_user_in_txn, profile_columns, user_row,
};
use crate::constraints::{self, kind_of_violation, violates};
use crate::database::Abort;
use crate::outbox::{Listeners, QueueEvent};
use crate::proofs::{SpendProofs, spend_proofs_in_txn};
use crate::rows::{EventRow, SessionRow};
use crate::schema::{credentials, identifiers, users};
use crate::sessions::end_sessions_in_txn;
use crate::values::Row;
use crate::vouchers::{Spenders, spend_vouchers_in_txn};

/// If one statement suffices, it commits by itself. Some sign-ups need a transaction that can be rolled back: those
/// with two proofs, of which only one may turn out to be spendable; those with a voucher, which its team spends with
/// statements of its own; and those of an anonymous user, whose account is changed first.
pub(super) async fn register(stores: &PostgresStores, account: NewAccount) -> Result<(), Halt<RegisterRefusal>> {
    let listeners = stores.listeners.clone();
    let takes_several = |payment: &Payment| payment.proofs.len() > 1 || !payment.vouchers.is_empty();
    if account.was_anonymous || account.payment.as_ref().is_some_and(takes_several) {
        let spenders = stores.spenders.clone();
        let work = move |conn: &mut PgConnection| register_in_txn(conn, &account, &spenders, &listeners);
        stores.database.transaction_or_refusal(work).await
    } else {
        let work = move |conn: &mut PgConnection| insert_on_conn(conn, &account, spend(&account), &listeners);
        stores.database.statement_or_refusal(work).await
    }
}

/// What pays comes first, so that of two identical requests sent at once, the second one is refused because of it,
/// and so that only somebody who can pay learns what is taken.
fn register_in_txn(
    conn: &mut PgConnection,
    account: &NewAccount,
    spenders: &Spenders,
    listeners: &Listeners,
) -> Result<(), Abort<RegisterRefusal>> {
    if !spend_proofs_in_txn(conn, account.payment.as_ref(), account.id, account.created_at)? {
        return refuse(RegisterRefusal::ProofUnusable);
    }
    spend_vouchers_in_txn(conn, spenders, account)?;
    if account.was_anonymous {
        adopt_in_txn(conn, account)?;
    }
    insert_on_conn(conn, account, None, listeners)
}

fn spend(account: &NewAccount) -> Option<SpendProofs<'_>> {
    account.payment.as_ref().and_then(|payment| SpendProofs::of(payment, account.id, account.created_at))
}

/// Turns an anonymous user into an ordinary one under the same id.
fn adopt_in_txn(conn: &mut PgConnection, account: &NewAccount) -> Result<(), Abort<RegisterRefusal>> {
    let active = lock_active_user_in_txn(conn, account.id)?;
    let device = identifiers::table
        .filter(identifiers::user_id.eq(account.id.as_i64()))
        .filter(identifiers::kind.eq(ANONYMOUS_DEVICE.name()));
    if !active || diesel::delete(device).execute(conn)? == 0 {
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

fn insert_on_conn(
    conn: &mut PgConnection,
    account: &NewAccount,
    spend: Option<SpendProofs<'_>>,
    listeners: &Listeners,
) -> Result<(), Abort<RegisterRefusal>> {
    let (session, event) = (SessionRow::from(&account.session), EventRow::from(&account.event));
    let told = listeners.queue(account.outgoing());
    let statement = Register { spend, told, rows: rows(account, &session, &event) };
    match statement.get_result::<i64>(conn) {
        Ok(0) => refuse(RegisterRefusal::ProofUnusable),
        Ok(_) => Ok(()),
        Err(error) => Err(refusal_of(error, account)),
    }
}

/// Returns the rows in the order in which they are to be inserted. The first refusal is the one that is reported, and
/// identifiers have a fixed order, so that two sign-ups do not wait for each other in a circle.
fn rows<'a>(account: &'a NewAccount, session: &'a SessionRow<'_>, event: &'a EventRow) -> Vec<Row<'a>> {
    let (user, at) = (account.id, account.created_at);
    let mut held: Vec<_> = account.identifiers.iter().collect();
    held.sort_unstable_by_key(|held| (held.identifier.kind(), held.identifier.canonical()));
    let made = (!account.was_anonymous).then(|| user_row(user, UserStatus::Active, &account.profile, at, Some(at)));
    let identifiers = held.into_iter().map(|held| identifier_row(user, held));
    let identity = account.external_identity.iter().map(|profile| external_identity_row(user, profile, at));
    let credential = account.password.iter().map(|hash| credential_row(user, hash, at));
    made.into_iter().chain(identifiers).chain(identity).chain(credential).chain([session.row(), event.row()]).collect()
}

fn refusal_of(error: SqlError, account: &NewAccount) -> Abort<RegisterRefusal> {
    let taken = kind_of_violation(&error, account.identifiers.iter().map(|held| held.identifier.kind()));
    let of_the_user = [
        constraints::USER_ID,
        constraints::IDENTIFIER_OF_KIND,
        constraints::EXTERNAL_IDENTITY_OF_PROVIDER,
        constraints::CREDENTIAL,
    ];
    if let Some(kind) = taken {
        Halt::Refused(RegisterRefusal::IdentifierTaken(kind))
    } else if violates(&error, constraints::EXTERNAL_IDENTITY) {
        Halt::Refused(RegisterRefusal::ExternalIdentityTaken)
    } else if of_the_user.iter().any(|constraint| violates(&error, constraint)) {
        // Another user has the id, and perhaps also a password, an address or an identity of the same kind.
        Halt::Refused(RegisterRefusal::UserIdTaken)
    } else {
        error.into()
    }
}

/// Spends the proofs and, if all of them could be spent, inserts the rows. Returns 1, or 0 if a proof could not be
/// spent.
struct Register<'a> {
    spend: Option<SpendProofs<'a>>,
    told: Option<QueueEvent>,
    rows: Vec<Row<'a>>,
}

impl QueryFragment<Pg> for Register<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match &self.spend {
            Some(spend) => {
                out.push_sql("WITH spent AS (");
                spend.walk_ast(out.reborrow())?;
                out.push_sql(" RETURNING hash), paid AS (SELECT FROM spent HAVING count(*) = ");
                spend.count.walk_ast(out.reborrow())?;
                out.push_sql(")");
            }
            None => out.push_sql("WITH paid AS (SELECT)"),
        }
        if let Some(told) = &self.told {
            out.push_sql(", told AS (");
            told.push_insert_if("paid", &mut out)?;
            out.push_sql(")");
        }
        // PostgreSQL executes parts that nothing reads from the last to the first. Only the order of refusals and
        // locks depends on this.
        for (number, row) in self.rows.iter().rev().enumerate() {
            out.push_sql(&format!(", row{number} AS ("));
            row.push_insert_if("paid", &mut out)?;
            out.push_sql(")");
        }
        out.push_sql(" SELECT count(*) FROM paid");
        Ok(())
    }
}

impl QueryId for Register<'_> {
    type QueryId = ();
    /// The text depends on which rows there are.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Register<'_> {
    type SqlType = BigInt;
}

impl RunQueryDsl<PgConnection> for Register<'_> {}
