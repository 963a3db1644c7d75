//! The statements that send a code, each of which commits by itself: the row of the address decides, and nothing else is
//! written unless that row is. They go from the address to the verification to the message, in this order.

use auth_domain::Timestamp;
use auth_domain::identifier::Identifier;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Bool, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use super::budget::BudgetRow;
use crate::values::Row;

/// The columns of [`BudgetRow`], in its order.
pub(super) type BudgetColumns =
    (Array<Timestamptz>, Array<SmallInt>, Array<BigInt>, Array<Timestamptz>, Array<BigInt>, Array<SqlUuid>);

/// Sends the first code to an address of which nothing is kept, or returns what is kept: a row that begins with true or with
/// false. There is no row if somebody else was the first, at the same moment.
pub(super) struct SendFirst<'a> {
    pub(super) address: &'a Identifier,
    pub(super) budget: &'a BudgetRow,
    pub(super) verification: Row<'a>,
    pub(super) message: Row<'a>,
}

impl QueryFragment<Pg> for SendFirst<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "WITH spent AS (INSERT INTO send_budgets \
             (kind, value, sent_at, shares, senders, codes_sent_at, code_requesters, code_ids) VALUES (",
        );
        push_texts([self.address.kind().name(), self.address.canonical()], ", ", &mut out)?;
        let BudgetRow { sent_at, shares, senders, codes_sent_at, code_requesters, code_ids } = self.budget;
        out.push_sql(", ");
        out.push_bind_param::<Array<Timestamptz>, _>(sent_at)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<SmallInt>, _>(shares)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(senders)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Timestamptz>, _>(codes_sent_at)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(code_requesters)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<SqlUuid>, _>(code_ids)?;
        out.push_sql(") ON CONFLICT (kind, value) DO NOTHING RETURNING kind), coded AS (");
        self.verification.push_insert_if("spent", &mut out)?;
        out.push_sql(" RETURNING id), queued AS (");
        self.message.push_insert_if("coded", &mut out)?;
        out.push_sql(
            " RETURNING id) SELECT true, '{}'::timestamptz[], '{}'::smallint[], '{}'::bigint[], '{}'::timestamptz[], \
             '{}'::bigint[], '{}'::uuid[] FROM queued UNION ALL SELECT false, sent_at, shares, senders, codes_sent_at, \
             code_requesters, code_ids FROM send_budgets WHERE kind = ",
        );
        push_texts([self.address.kind().name(), self.address.canonical()], " AND value = ", &mut out)
    }
}

impl QueryId for SendFirst<'_> {
    type QueryId = SendFirst<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for SendFirst<'_> {
    type SqlType = (Bool, BudgetColumns);
}

impl RunQueryDsl<PgConnection> for SendFirst<'_> {}

/// Spends of a budget that is as it was read, and queues a message if that could be done.
pub(super) struct Spend<'a> {
    pub(super) address: &'a Identifier,
    pub(super) before: &'a BudgetRow,
    pub(super) after: &'a BudgetRow,
    pub(super) message: Row<'a>,
}

impl Spend<'_> {
    fn push_spent<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let BudgetRow { sent_at, shares, senders, codes_sent_at, code_requesters, code_ids } = self.after;
        out.push_sql("WITH spent AS (UPDATE send_budgets SET sent_at = ");
        out.push_bind_param::<Array<Timestamptz>, _>(sent_at)?;
        out.push_sql(", shares = ");
        out.push_bind_param::<Array<SmallInt>, _>(shares)?;
        out.push_sql(", senders = ");
        out.push_bind_param::<Array<BigInt>, _>(senders)?;
        out.push_sql(", codes_sent_at = ");
        out.push_bind_param::<Array<Timestamptz>, _>(codes_sent_at)?;
        out.push_sql(", code_requesters = ");
        out.push_bind_param::<Array<BigInt>, _>(code_requesters)?;
        out.push_sql(", code_ids = ");
        out.push_bind_param::<Array<SqlUuid>, _>(code_ids)?;
        out.push_sql(" WHERE kind = ");
        push_texts([self.address.kind().name(), self.address.canonical()], " AND value = ", out)?;
        self.push_unchanged(out)?;
        out.push_sql(" RETURNING kind), coded AS (");
        Ok(())
    }

    /// Whoever else has sent to the address meanwhile has changed the instants or, within the same microsecond, the codes
    /// or their number.
    fn push_unchanged<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let BudgetRow { sent_at, shares, senders, code_ids, .. } = self.before;
        out.push_sql(" AND sent_at = ");
        out.push_bind_param::<Array<Timestamptz>, _>(sent_at)?;
        out.push_sql(" AND shares = ");
        out.push_bind_param::<Array<SmallInt>, _>(shares)?;
        out.push_sql(" AND senders = ");
        out.push_bind_param::<Array<BigInt>, _>(senders)?;
        out.push_sql(" AND code_ids = ");
        out.push_bind_param::<Array<SqlUuid>, _>(code_ids)
    }

    fn push_message<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(") ");
        self.message.push_insert_if("coded", out)
    }
}

/// Sends another code to an address, under a new id.
pub(super) struct SendFresh<'a> {
    pub(super) spend: Spend<'a>,
    pub(super) verification: Row<'a>,
}

impl QueryFragment<Pg> for SendFresh<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.spend.push_spent(&mut out)?;
        self.verification.push_insert_if("spent", &mut out)?;
        out.push_sql(" RETURNING id");
        self.spend.push_message(&mut out)
    }
}

impl QueryId for SendFresh<'_> {
    type QueryId = SendFresh<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<PgConnection> for SendFresh<'_> {}

/// Sends the code of this verification again.
pub(super) struct SendAgain<'a> {
    pub(super) spend: Spend<'a>,
    pub(super) verification: Uuid,
    pub(super) now: Timestamp,
}

impl QueryFragment<Pg> for SendAgain<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.spend.push_spent(&mut out)?;
        out.push_sql("UPDATE verifications v SET last_sent_at = ");
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        out.push_sql(" FROM spent WHERE v.id = ");
        out.push_bind_param::<SqlUuid, _>(&self.verification)?;
        out.push_sql(" RETURNING v.id");
        self.spend.push_message(&mut out)
    }
}

impl QueryId for SendAgain<'_> {
    type QueryId = SendAgain<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<PgConnection> for SendAgain<'_> {}

fn push_texts<'b>(texts: [&'b str; 2], between: &str, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
    let [one, other] = texts;
    out.push_bind_param::<Text, str>(one)?;
    out.push_sql(between);
    out.push_bind_param::<Text, str>(other)
}
