//! The budgets of addresses, whose rows are the locks under which sends are decided.

use auth_domain::Timestamp;
use auth_domain::identifier::Identifier;
use auth_domain::sends::{KeptSends, PastSend};
use diesel::prelude::*;

use crate::schema::send_budgets;

#[derive(Queryable, Selectable, Insertable, AsChangeset, Default)]
#[diesel(table_name = send_budgets)]
struct BudgetRow {
    sent_at: Vec<Timestamp>,
    shares: Vec<i16>,
    senders: Vec<i64>,
}

impl From<BudgetRow> for KeptSends {
    fn from(BudgetRow { sent_at, shares, senders }: BudgetRow) -> Self {
        Self { at: sent_at, shares, senders }
    }
}

impl From<KeptSends> for BudgetRow {
    fn from(KeptSends { at, shares, senders }: KeptSends) -> Self {
        Self { sent_at: at, shares, senders }
    }
}

/// Returns what was sent to the address. The row stays locked until the transaction ends.
pub(crate) fn lock_budget_in_txn(conn: &mut PgConnection, address: &Identifier) -> QueryResult<Vec<PastSend>> {
    let key = (send_budgets::kind.eq(address.kind().name()), send_budgets::value.eq(address.canonical()));
    diesel::insert_into(send_budgets::table)
        .values((key, BudgetRow::default()))
        .on_conflict_do_nothing()
        .execute(conn)?;
    let row: BudgetRow = send_budgets::table
        .find((address.kind().name(), address.canonical()))
        .select(BudgetRow::as_select())
        .for_update()
        .first(conn)?;
    Ok(KeptSends::from(row).into_sends())
}

pub(crate) fn store_budget_in_txn(
    conn: &mut PgConnection,
    address: &Identifier,
    sends: &[PastSend],
) -> QueryResult<()> {
    diesel::update(send_budgets::table.find((address.kind().name(), address.canonical())))
        .set(BudgetRow::from(KeptSends::of(sends)))
        .execute(conn)
        .map(drop)
}
