//! Rate limits on PostgreSQL.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::limits::{Admission, Counted, LimitKey, Quota};
use auth_ports::{Failure, RateLimiter};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Binary, Interval, Timestamptz};

use crate::PostgresStores;
use crate::schema::rate_limits;

/// Limits, each once and in the order of their keys.
type Limits = Vec<(LimitKey, Quota)>;
/// Keys, and when their whole bursts are available again.
type Found = Vec<(Vec<u8>, Timestamp)>;

#[async_trait]
impl RateLimiter for PostgresStores {
    /// One statement, and after a refusal another one, to find out how long to wait. Only where a limit was used up by
    /// others at the same time, what the other limits have counted is taken back.
    async fn admit_all(&self, limits: &[(LimitKey, Quota)], now: Timestamp) -> Result<Counted, Failure> {
        let asked = in_order(limits);
        if asked.is_empty() {
            return Ok(Counted::Admitted(Vec::new()));
        }
        let count = Count::new(&asked, now);
        let counted: Found = self.database.statement(move |conn| count.clone().load(conn)).await?;
        if counted.len() == asked.len() {
            let full_at = |(key, _): &(LimitKey, Quota)| found(&counted, *key).unwrap_or(now);
            return Ok(Counted::Admitted(limits.iter().map(full_at).collect()));
        }
        let (taken, refused): (Limits, Limits) =
            asked.into_iter().partition(|(key, _)| found(&counted, *key).is_some());
        self.refund(&taken).await?;
        self.longest_wait(limits, refused, now).await
    }

    /// One row at a time, so that it waits for nobody while it holds a lock.
    async fn refund(&self, limits: &[(LimitKey, Quota)]) -> Result<(), Failure> {
        let limits = in_order(limits);
        if limits.is_empty() {
            return Ok(());
        }
        let take_back = move |conn: &mut PgConnection| {
            for (key, quota) in &limits {
                diesel::update(rate_limits::table.find(&key.as_bytes()[..]))
                    .set(rate_limits::full_at.eq(rate_limits::full_at - quota.interval().into_sql::<Interval>()))
                    .execute(conn)?;
            }
            Ok(())
        };
        self.database.statement_once(take_back).await
    }

    async fn forget_all(&self, keys: &[LimitKey]) -> Result<(), Failure> {
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
        let place = |key| asked.iter().position(|(named, _)| *named == key).unwrap_or_default();
        let waits = refused.iter().filter_map(|(key, quota)| match quota.admit(found(&held, *key), now).0 {
            Admission::Refused { retry_after } => Some((retry_after, place(*key))),
            Admission::Admitted => None,
        });
        // Something may have been taken back or deleted in between. Then the next try will be admitted.
        let soon = || refused.iter().map(|(key, quota)| (quota.interval(), place(*key))).min();
        let (retry_after, limit) = waits.max().or_else(soon).unwrap_or_default();
        Ok(Counted::Refused { limit, retry_after })
    }
}

/// The order makes concurrent calls lock shared rows one after the other and not in a circle.
fn in_order(limits: &[(LimitKey, Quota)]) -> Limits {
    let mut limits = limits.to_vec();
    limits.sort_by_key(|(key, _)| *key);
    limits.dedup_by_key(|(key, _)| *key);
    limits
}

fn found(rows: &Found, key: LimitKey) -> Option<Timestamp> {
    rows.iter().find(|(found, _)| found[..] == key.as_bytes()[..]).map(|(_, full_at)| *full_at)
}

/// `Quota::admit` in SQL, for several keys at once. Returns the rows that have counted. None counts if one is found to be
/// used up, which is looked at without a lock; the lock of each row decides once more.
///
/// Engines that spread tables over nodes refuse functions that are not immutable in `DO UPDATE`. Adding an interval to
/// an instant depends on the session's time zone, and is therefore done in UTC.
#[derive(Clone)]
struct Count {
    rows: Vec<Row>,
    now: Timestamp,
}

#[derive(Clone)]
struct Row {
    key: LimitKey,
    /// The instant that is stored if nothing has been counted before.
    first: Timestamp,
    /// The latest one that may be stored.
    last: Timestamp,
    /// The latest one that admits one more.
    admits: Timestamp,
}

impl Count {
    fn new(limits: &[(LimitKey, Quota)], now: Timestamp) -> Self {
        let row = |(key, quota): &(LimitKey, Quota)| {
            let (first, last) = (now + quota.interval(), now + quota.per);
            Row { key: *key, first, last, admits: last - quota.interval() }
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

impl QueryFragment<Pg> for Count {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("INSERT INTO rate_limits AS held (key, full_at) SELECT key, full_at FROM (VALUES ");
        for (place, row) in self.rows.iter().enumerate() {
            out.push_sql(if place == 0 { "(" } else { ", (" });
            out.push_bind_param::<Binary, [u8]>(row.key.as_bytes())?;
            out.push_sql(", ");
            out.push_bind_param::<Timestamptz, _>(&row.first)?;
            out.push_sql(")");
        }
        out.push_sql(") AS asked (key, full_at) WHERE NOT EXISTS (SELECT 1 FROM rate_limits AS known WHERE ");
        for (place, row) in self.rows.iter().enumerate() {
            out.push_sql(if place == 0 { "(known.key = " } else { " OR (known.key = " });
            out.push_bind_param::<Binary, [u8]>(row.key.as_bytes())?;
            out.push_sql(" AND known.full_at > ");
            out.push_bind_param::<Timestamptz, _>(&row.admits)?;
            out.push_sql(")");
        }
        out.push_sql(")");
        out.push_sql(" ON CONFLICT (key) DO UPDATE SET full_at = ");
        self.push_next(&mut out)?;
        out.push_sql(" WHERE ");
        self.push_next(&mut out)?;
        out.push_sql(" <= CASE excluded.key");
        for row in &self.rows {
            out.push_sql(" WHEN ");
            out.push_bind_param::<Binary, [u8]>(row.key.as_bytes())?;
            out.push_sql(" THEN ");
            out.push_bind_param::<Timestamptz, _>(&row.last)?;
        }
        out.push_sql(" END RETURNING key, full_at");
        Ok(())
    }
}

impl QueryId for Count {
    type QueryId = ();
    /// The text depends on how many limits there are.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Count {
    type SqlType = (Binary, Timestamptz);
}

impl RunQueryDsl<PgConnection> for Count {}
