//! Rate limits on PostgreSQL.

mod by_rows;
mod found;

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::limits::{Admission, Counted, LimitKey, Quota};
use auth_ports::{Failure, RateLimiter};
use chrono::TimeDelta;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, Binary, Interval, Timestamptz};

pub(crate) use self::by_rows::sweep as sweep_by_rows;
use self::found::{Found, Limits, found, in_order, place};
use crate::PostgresStores;
use crate::layout::Layout;
use crate::schema::rate_limits;

#[async_trait]
impl RateLimiter for PostgresStores {
    /// On one node, one statement, and after a refusal another one, to find out how long to wait. Only where a limit was used
    /// up by others at the same time, what the other limits have counted is taken back.
    async fn admit_all(&self, limits: &[(LimitKey, Quota)], now: Timestamp) -> Result<Counted, Failure> {
        let asked = in_order(limits);
        if asked.is_empty() {
            return Ok(Counted::Admitted(Vec::new()));
        }
        if self.layout == Layout::Sharded {
            return by_rows::admit(&self.database, limits, now).await;
        }
        let count = Count::new(&asked, now);
        let counted: Found = self.database.statement(move |conn| count.load(conn)).await?;
        if counted.len() == asked.len() {
            let full_at = |(key, _): &(LimitKey, Quota)| found(&counted, *key).unwrap_or(now);
            return Ok(Counted::Admitted(limits.iter().map(full_at).collect()));
        }
        let (taken, refused): (Limits, Limits) =
            asked.into_iter().partition(|(key, _)| found(&counted, *key).is_some());
        self.refund(&taken).await?;
        self.longest_wait(limits, refused, now).await
    }

    /// Rows are locked in the order of their keys, as when they were counted.
    async fn refund(&self, limits: &[(LimitKey, Quota)]) -> Result<(), Failure> {
        if self.layout == Layout::Sharded {
            return by_rows::refund(&self.database, in_order(limits)).await;
        }
        let (keys, intervals): (Vec<_>, Vec<_>) =
            in_order(limits).into_iter().map(|(key, quota)| (key.as_bytes().to_vec(), quota.interval())).unzip();
        if keys.is_empty() {
            return Ok(());
        }
        self.database
            .statement_once(move |conn| Refund { keys: &keys, intervals: &intervals }.execute(conn).map(drop))
            .await
    }

    async fn forget_all(&self, keys: &[LimitKey]) -> Result<(), Failure> {
        if self.layout == Layout::Sharded {
            return by_rows::forget(&self.database, keys.to_vec()).await;
        }
        let keys: Vec<Vec<u8>> = keys.iter().map(|key| key.as_bytes().to_vec()).collect();
        let forget = move |conn: &mut PgConnection| {
            diesel::delete(rate_limits::table.filter(rate_limits::key.eq_any(&keys))).execute(conn).map(drop)
        };
        self.database.statement(forget).await
    }
}

impl PostgresStores {
    async fn longest_wait(
        &self,
        asked: &[(LimitKey, Quota)],
        refused: Limits,
        now: Timestamp,
    ) -> Result<Counted, Failure> {
        let keys: Vec<Vec<u8>> = refused.iter().map(|(key, _)| key.as_bytes().to_vec()).collect();
        let held: Found = self
            .database
            .statement(move |conn| {
                let held = rate_limits::table.filter(rate_limits::key.eq_any(&keys));
                held.select((rate_limits::key, rate_limits::full_at)).load(conn)
            })
            .await?;
        let waits = refused.iter().filter_map(|(key, quota)| match quota.admit(found(&held, *key), now).0 {
            Admission::Refused { retry_after } => Some((retry_after, place(asked, *key))),
            Admission::Admitted => None,
        });
        // Something may have been taken back or deleted in between. Then the next try will be admitted.
        let soon = || refused.iter().map(|(key, quota)| (quota.interval(), place(asked, *key))).min();
        let (retry_after, limit) = waits.max().or_else(soon).unwrap_or_default();
        Ok(Counted::Refused { limit, retry_after })
    }
}

/// `Quota::admit` in SQL, for several keys at once. Returns the rows that have counted. None counts if one is found to be
/// used up, which is looked at without a lock; the lock of each row decides once more.
///
/// Engines that spread tables over nodes refuse functions that are not immutable in `DO UPDATE`. Adding an interval to
/// an instant depends on the session's time zone, and is therefore done in UTC.
struct Count {
    rows: Vec<CountedRow>,
    now: Timestamp,
}

struct CountedRow {
    key: LimitKey,
    /// The instant that is stored if nothing has been counted before.
    first: Timestamp,
    /// The latest one that may be stored.
    last: Timestamp,
    /// The latest one that admits one more.
    admits: Timestamp,
}

/// The parameters that are the keys of the first limits.
const KEYS: [&str; 8] = ["$1", "$3", "$5", "$7", "$9", "$11", "$13", "$15"];

impl CountedRow {
    /// Writes the key once more, as the parameter that it already is.
    fn push_key_again<'b>(&'b self, place: usize, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match KEYS.get(place) {
            Some(parameter) => out.push_sql(parameter),
            None => out.push_bind_param::<Binary, [u8]>(self.key.as_bytes())?,
        }
        Ok(())
    }
}

impl Count {
    fn new(limits: &[(LimitKey, Quota)], now: Timestamp) -> Self {
        let row = |(key, quota): &(LimitKey, Quota)| {
            let (first, last) = (now + quota.interval(), now + quota.per);
            CountedRow { key: *key, first, last, admits: last - quota.interval() }
        };
        Self { rows: limits.iter().map(row).collect(), now }
    }

    fn push_next<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("((greatest(held.full_at, ");
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        out.push_sql(") AT TIME ZONE 'UTC') + (excluded.full_at - ");
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        out.push_sql(")) AT TIME ZONE 'UTC'");
        Ok(())
    }
}

/// [`Count`] for a number of limits, of which the text of the statement consists. Those that calls usually have are types of
/// their own, so that a prepared statement is found by the type; zero stands for any other number.
struct CountOf<'a, const N: usize>(&'a Count);

impl Count {
    fn load(&self, conn: &mut PgConnection) -> QueryResult<Found> {
        match self.rows.len() {
            1 => CountOf::<1>(self).load(conn),
            2 => CountOf::<2>(self).load(conn),
            3 => CountOf::<3>(self).load(conn),
            4 => CountOf::<4>(self).load(conn),
            5 => CountOf::<5>(self).load(conn),
            6 => CountOf::<6>(self).load(conn),
            7 => CountOf::<7>(self).load(conn),
            8 => CountOf::<8>(self).load(conn),
            _ => CountOf::<0>(self).load(conn),
        }
    }
}

impl<const N: usize> QueryFragment<Pg> for CountOf<'_, N> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let Count { rows, now: _ } = self.0;
        out.push_sql("INSERT INTO rate_limits AS held (key, full_at) SELECT key, full_at FROM (VALUES ");
        for (place, row) in rows.iter().enumerate() {
            out.push_sql(if place == 0 { "(" } else { ", (" });
            out.push_bind_param::<Binary, [u8]>(row.key.as_bytes())?;
            out.push_sql(", ");
            out.push_bind_param::<Timestamptz, _>(&row.first)?;
            out.push_sql(")");
        }
        out.push_sql(") AS asked (key, full_at) WHERE NOT EXISTS (SELECT 1 FROM rate_limits AS known WHERE ");
        for (place, row) in rows.iter().enumerate() {
            out.push_sql(if place == 0 { "(known.key = " } else { " OR (known.key = " });
            row.push_key_again(place, &mut out)?;
            out.push_sql(" AND known.full_at > ");
            out.push_bind_param::<Timestamptz, _>(&row.admits)?;
            out.push_sql(")");
        }
        out.push_sql(")");
        out.push_sql(" ON CONFLICT (key) DO UPDATE SET full_at = ");
        self.0.push_next(&mut out)?;
        out.push_sql(" WHERE ");
        self.0.push_next(&mut out)?;
        out.push_sql(" <= CASE excluded.key");
        for (place, row) in rows.iter().enumerate() {
            out.push_sql(" WHEN ");
            row.push_key_again(place, &mut out)?;
            out.push_sql(" THEN ");
            out.push_bind_param::<Timestamptz, _>(&row.last)?;
        }
        out.push_sql(" END RETURNING key, full_at");
        Ok(())
    }
}

impl<const N: usize> QueryId for CountOf<'_, N> {
    type QueryId = CountOf<'static, N>;
    const HAS_STATIC_QUERY_ID: bool = N > 0;
}

impl<const N: usize> Query for CountOf<'_, N> {
    type SqlType = (Binary, Timestamptz);
}

impl<const N: usize> RunQueryDsl<PgConnection> for CountOf<'_, N> {}

/// Takes back one occurrence of each limit.
struct Refund<'a> {
    keys: &'a [Vec<u8>],
    intervals: &'a [TimeDelta],
}

impl QueryFragment<Pg> for Refund<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH refunded AS (SELECT held.key, asked.span FROM unnest(");
        out.push_bind_param::<Array<Binary>, _>(self.keys)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Interval>, _>(self.intervals)?;
        out.push_sql(
            ") AS asked (key, span) JOIN rate_limits held ON held.key = asked.key ORDER BY held.key FOR UPDATE OF held) \
             UPDATE rate_limits SET full_at = full_at - refunded.span FROM refunded WHERE rate_limits.key = refunded.key",
        );
        Ok(())
    }
}

impl QueryId for Refund<'_> {
    type QueryId = Refund<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<PgConnection> for Refund<'_> {}
