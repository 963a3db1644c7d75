//! An account in one statement, because round trips are most of the cost of a sign-up.

use auth_domain::accounts::UserStatus;
use auth_domain::sign_up::NewAccount;
use auth_ports::{RegisterRefusal, refuse};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::BigInt;

use crate::account_rows::{credential_row, external_identity_row, identifier_row, user_row};
use crate::claims::{identifier_claim, identity_claim, in_order};
use crate::database::Abort;
use crate::outbox::{Listeners, QueueEvent};
use crate::proofs::SpendProofs;
use crate::rows::{EventRow, SessionRow};
use crate::values::Row;

/// Spends the account's proof, if it has one, and inserts its rows.
pub(super) fn pay_and_insert_on_conn(
    conn: &mut PgConnection,
    account: &NewAccount,
    listeners: &Listeners,
) -> Result<(), Abort<RegisterRefusal>> {
    let payment = account.payment.as_ref();
    insert(
        conn,
        account,
        payment.and_then(|payment| SpendProofs::of(payment, account.id, account.created_at)),
        listeners,
    )
}

/// Inserts the rows of an account that is paid for.
pub(super) fn insert_paid_in_txn(
    conn: &mut PgConnection,
    account: &NewAccount,
    listeners: &Listeners,
) -> Result<(), Abort<RegisterRefusal>> {
    insert(conn, account, None, listeners)
}

fn insert(
    conn: &mut PgConnection,
    account: &NewAccount,
    spend: Option<SpendProofs<'_>>,
    listeners: &Listeners,
) -> Result<(), Abort<RegisterRefusal>> {
    let (session, event) = (SessionRow::from(&account.session), EventRow::from(&account.event));
    let told = listeners.queue(account.outgoing());
    let shape = shape(account, spend.as_ref(), told.as_ref());
    let statement = Register { spend, told, rows: rows(account, &session, &event) };
    match statement.run(conn, shape)? {
        0 => refuse(RegisterRefusal::ProofUnusable),
        _ => Ok(()),
    }
}

/// Returns the rows in the order in which they are to be inserted. Identifiers have a fixed order, so that two sign-ups do
/// not wait for each other in a circle.
fn rows<'a>(account: &'a NewAccount, session: &'a SessionRow<'_>, event: &'a EventRow) -> Vec<Row<'a>> {
    let (user, at) = (account.id, account.created_at);
    let held = in_order(&account.identifiers);
    let identity = account.external_identity.as_ref();
    let mut rows = Vec::with_capacity(2 * held.len() + 6);
    if !account.was_anonymous {
        rows.push(user_row(user, UserStatus::Active, &account.profile, at, Some(at)));
    }
    rows.extend(held.iter().map(|held| identifier_row(user, held)));
    rows.extend(identity.map(|profile| external_identity_row(user, profile, at)));
    rows.extend(held.iter().map(|held| identifier_claim(user, held)));
    rows.extend(identity.map(|profile| identity_claim(user, profile)));
    rows.extend(account.password.iter().map(|hash| credential_row(user, hash, at)));
    rows.extend([session.row(), event.row()]);
    rows
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
                out.push_sql(" RETURNING hash), paid AS (SELECT 1 AS once FROM spent HAVING count(*) = ");
                spend.count.walk_ast(out.reborrow())?;
                out.push_sql(")");
            }
            None => out.push_sql("WITH paid AS (SELECT 1 AS once)"),
        }
        if let Some(told) = &self.told {
            out.push_sql(", told AS (");
            told.push_insert_if("paid", &mut out)?;
            out.push_sql(")");
        }
        // PostgreSQL executes parts that nothing reads from the last to the first. Only the order of locks depends on
        // this.
        for (number, row) in self.rows.iter().rev().enumerate() {
            out.push_sql(", row");
            push_number(number, &mut out);
            out.push_sql(" AS (");
            row.push_insert_if("paid", &mut out)?;
            out.push_sql(")");
        }
        out.push_sql(" SELECT count(*) FROM paid");
        Ok(())
    }
}

/// Writes digits, which needs no memory where the text is known already.
fn push_number(number: usize, out: &mut AstPass<'_, '_, Pg>) {
    const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    if number >= DIGITS.len() {
        push_number(number / DIGITS.len(), out);
    }
    out.push_sql(DIGITS[number % DIGITS.len()]);
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

/// The statement of a sign-up that is frequent. Its type says which rows there are ([`shape`]), so that its text is neither
/// built nor compared once it is prepared.
struct Shaped<'a, const SHAPE: usize>(Register<'a>);

impl<const SHAPE: usize> QueryFragment<Pg> for Shaped<'_, SHAPE> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}

impl<const SHAPE: usize> QueryId for Shaped<'_, SHAPE> {
    type QueryId = Shaped<'static, SHAPE>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<const SHAPE: usize> Query for Shaped<'_, SHAPE> {
    type SqlType = BigInt;
}

impl<const SHAPE: usize> RunQueryDsl<PgConnection> for Shaped<'_, SHAPE> {}

/// What the text depends on, as a number: how many identifiers there are, whether there is a password, and whether somebody
/// is told. `None` for what is rare: no proof of an address alone, or a user who was anonymous.
fn shape(account: &NewAccount, spend: Option<&SpendProofs<'_>>, told: Option<&QueueEvent>) -> Option<usize> {
    let is_frequent = spend.is_some_and(SpendProofs::is_one_of_an_address)
        && account.external_identity.is_none()
        && !account.was_anonymous;
    let (password, told) = (usize::from(account.password.is_some()), usize::from(told.is_some()));
    is_frequent.then_some(4 * account.identifiers.len() + 2 * password + told)
}

impl Register<'_> {
    fn run(self, conn: &mut PgConnection, shape: Option<usize>) -> QueryResult<i64> {
        match shape {
            Some(4) => Shaped::<4>(self).get_result(conn),
            Some(5) => Shaped::<5>(self).get_result(conn),
            Some(6) => Shaped::<6>(self).get_result(conn),
            Some(7) => Shaped::<7>(self).get_result(conn),
            Some(8) => Shaped::<8>(self).get_result(conn),
            Some(9) => Shaped::<9>(self).get_result(conn),
            Some(10) => Shaped::<10>(self).get_result(conn),
            Some(11) => Shaped::<11>(self).get_result(conn),
            _ => self.get_result(conn),
        }
    }
}
