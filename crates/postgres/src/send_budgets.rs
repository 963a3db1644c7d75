//! The budgets of addresses, whose rows are the locks under which sends are decided.

use auth_domain::Timestamp;
use auth_domain::identifier::Identifier;
use auth_domain::sends::{PastSend, Sender, Share};
use diesel::prelude::*;

use crate::schema::send_budgets;

/// Who asked, where a program from before knew neither shares nor senders.
const UNKNOWN: (Share, Sender) = (Share::Strangers, Sender::from_number(0));

#[derive(Queryable, Selectable, Insertable, AsChangeset, Default)]
#[diesel(table_name = send_budgets)]
struct BudgetRow {
    sent_at: Vec<Timestamp>,
    shares: Vec<i16>,
    senders: Vec<i64>,
}

impl BudgetRow {
    fn of(sends: &[PastSend]) -> Self {
        Self {
            sent_at: sends.iter().map(|send| send.at).collect(),
            shares: sends.iter().map(|send| send.share.number()).collect(),
            senders: sends.iter().map(|send| send.sender.number()).collect(),
        }
    }

    fn into_sends(self) -> Vec<PastSend> {
        let Self { sent_at, shares, senders } = self;
        let is_known = shares.len() == sent_at.len() && senders.len() == sent_at.len();
        let known = shares
            .iter()
            .zip(&senders)
            .map(|(share, sender)| (Share::from_number(*share).unwrap_or(UNKNOWN.0), Sender::from_number(*sender)));
        let by: Vec<_> = if is_known { known.collect() } else { vec![UNKNOWN; sent_at.len()] };
        sent_at.into_iter().zip(by).map(|(at, (share, sender))| PastSend { at, share, sender }).collect()
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
    Ok(row.into_sends())
}

pub(crate) fn store_budget_in_txn(
    conn: &mut PgConnection,
    address: &Identifier,
    sends: &[PastSend],
) -> QueryResult<()> {
    diesel::update(send_budgets::table.find((address.kind().name(), address.canonical())))
        .set(BudgetRow::of(sends))
        .execute(conn)
        .map(drop)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn what_an_older_program_wrote_belongs_to_strangers() {
        let at = |second| DateTime::from_timestamp(second, 0).expect("in range");
        let row = |shares: &[i16], senders: &[i64]| BudgetRow {
            sent_at: vec![at(1), at(2)],
            shares: shares.to_vec(),
            senders: senders.to_vec(),
        };
        let read = |row: BudgetRow| -> Vec<_> {
            row.into_sends().into_iter().map(|send| (send.at, send.share, send.sender.number())).collect()
        };
        let unknown = [(at(1), Share::Strangers, 0), (at(2), Share::Strangers, 0)];
        assert_eq!(read(row(&[], &[])), unknown);
        assert_eq!(read(row(&[2], &[7])), unknown, "one more than a newer program knows of");
        assert_eq!(read(row(&[2, 1], &[7, 8])), [(at(1), Share::Owner, 7), (at(2), Share::Newcomers, 8)]);
        let rewritten = BudgetRow::of(&row(&[2, 1], &[7, 8]).into_sends());
        assert_eq!(read(rewritten), read(row(&[2, 1], &[7, 8])));
    }
}
