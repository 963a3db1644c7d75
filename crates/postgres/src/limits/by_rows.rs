//! Limits where tables are spread over nodes: one statement for each of them, which one node carries out. A transaction has
//! them in the order of their keys, so that no two wait for each other in a circle.

use auth_domain::Timestamp;
use auth_domain::limits::{Admission, Counted, LimitKey, Quota};
use auth_ports::{Failure, Halt, refuse};
use chrono::TimeDelta;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Interval, Timestamptz};

use super::found::{Found, Limits, found, in_order, place};
use crate::database::{Abort, Database};
use crate::schema::rate_limits;

/// Counts one occurrence of a limit that admits it. The computation is that of the one statement for several limits.
const COUNT: &str = "INSERT INTO rate_limits AS held (key, full_at) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET \
     full_at = ((greatest(held.full_at, $3) AT TIME ZONE 'UTC') + (excluded.full_at - $3)) AT TIME ZONE 'UTC' \
     WHERE ((greatest(held.full_at, $3) AT TIME ZONE 'UTC') + (excluded.full_at - $3)) AT TIME ZONE 'UTC' <= $4 \
     RETURNING full_at";

/// Takes back one occurrence. It is computed in UTC, because engines that spread tables over nodes refuse what depends on
/// the session's time zone.
const REFUND: &str =
    "UPDATE rate_limits SET full_at = ((full_at AT TIME ZONE 'UTC') - $2) AT TIME ZONE 'UTC' WHERE key = $1";

#[derive(QueryableByName)]
struct CountedRow {
    #[diesel(sql_type = Timestamptz)]
    full_at: Timestamp,
}

/// A limit that is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct UsedUp {
    /// How long until it admits one more.
    retry_after: TimeDelta,
    /// Its place among those that were named.
    limit: usize,
}

/// Counts against all or none: whatever was counted before one refuses is rolled back, and nobody has seen it.
pub(super) async fn admit(
    database: &Database,
    limits: &[(LimitKey, Quota)],
    now: Timestamp,
) -> Result<Counted, Failure> {
    let (named, asked) = (limits.to_vec(), in_order(limits));
    let is_one = asked.len() == 1;
    let count = move |conn: &mut PgConnection| count_all(conn, &named, &asked, now);
    // One limit needs no transaction: nothing else would have to be rolled back.
    let counted =
        if is_one { database.statement_or_refusal(count).await } else { database.transaction_or_refusal(count).await };
    match counted {
        Ok(counted) => {
            let full_at = |(key, _): &(LimitKey, Quota)| found(&counted, *key).unwrap_or(now);
            Ok(Counted::Admitted(limits.iter().map(full_at).collect()))
        }
        Err(Halt::Refused(UsedUp { retry_after, limit })) => Ok(Counted::Refused { limit, retry_after }),
        Err(Halt::Failed(failure)) => Err(failure),
    }
}

/// Looks first, without a lock: a crowd that is refused again and again does not make others wait for the rows that they
/// share with it. The lock of each row decides once more.
fn count_all(conn: &mut PgConnection, named: &Limits, asked: &Limits, now: Timestamp) -> Result<Found, Abort<UsedUp>> {
    let mut longest: Option<UsedUp> = None;
    for limit in asked {
        longest = longest.max(used_up(conn, named, *limit, now)?);
    }
    if let Some(longest) = longest {
        return refuse(longest);
    }
    let mut counted = Found::new();
    for (key, quota) in asked {
        match count_one(conn, *key, *quota, now)? {
            Some(full_at) => counted.push((key.as_bytes().to_vec(), full_at)),
            None => {
                // Others have used it up in between. If it is not any more, the next try will be admitted.
                let soon = UsedUp { retry_after: quota.interval(), limit: place(named, *key) };
                return refuse(used_up(conn, named, (*key, *quota), now)?.unwrap_or(soon));
            }
        }
    }
    Ok(counted)
}

/// Returns `None` if the limit admits one more.
fn used_up(
    conn: &mut PgConnection,
    named: &Limits,
    (key, quota): (LimitKey, Quota),
    now: Timestamp,
) -> QueryResult<Option<UsedUp>> {
    let held = rate_limits::table.find(&key.as_bytes()[..]).select(rate_limits::full_at);
    let full_at: Option<Timestamp> = held.first(conn).optional()?;
    Ok(match quota.admit(full_at, now).0 {
        Admission::Refused { retry_after } => Some(UsedUp { retry_after, limit: place(named, key) }),
        Admission::Admitted => None,
    })
}

/// Returns `None`, and counts nothing, if the limit is used up.
fn count_one(conn: &mut PgConnection, key: LimitKey, quota: Quota, now: Timestamp) -> QueryResult<Option<Timestamp>> {
    let counted: Option<CountedRow> = diesel::sql_query(COUNT)
        .bind::<Binary, _>(&key.as_bytes()[..])
        .bind::<Timestamptz, _>(now + quota.interval())
        .bind::<Timestamptz, _>(now)
        .bind::<Timestamptz, _>(now + quota.per)
        .get_result(conn)
        .optional()?;
    Ok(counted.map(|row| row.full_at))
}

pub(super) async fn refund(database: &Database, limits: Limits) -> Result<(), Failure> {
    let refund = move |conn: &mut PgConnection| {
        for (key, quota) in &limits {
            diesel::sql_query(REFUND)
                .bind::<Binary, _>(&key.as_bytes()[..])
                .bind::<Interval, _>(quota.interval())
                .execute(conn)?;
        }
        Ok(())
    };
    database.transaction(refund).await
}

pub(super) async fn forget(database: &Database, mut keys: Vec<LimitKey>) -> Result<(), Failure> {
    keys.sort_unstable();
    let forget = move |conn: &mut PgConnection| {
        for key in &keys {
            diesel::delete(rate_limits::table.find(&key.as_bytes()[..])).execute(conn)?;
        }
        Ok(())
    };
    database.transaction(forget).await
}

/// Removes limits of which nothing has been counted since then. Each row goes by itself and commits before the next one, so
/// that a call which counts several limits never waits for this in a circle; whether the row may go is asked of it once
/// more, since a call may have counted in between.
pub(crate) async fn sweep(database: &Database, before: Timestamp, limit: u16) -> Result<u64, Failure> {
    let find = move |conn: &mut PgConnection| {
        let keys = rate_limits::table.filter(rate_limits::full_at.lt(before)).select(rate_limits::key);
        keys.limit(i64::from(limit)).load::<Vec<u8>>(conn)
    };
    let mut removed = 0;
    for key in database.statement(find).await? {
        let remove = move |conn: &mut PgConnection| {
            diesel::delete(rate_limits::table.find(&key).filter(rate_limits::full_at.lt(before))).execute(conn)
        };
        removed += database.statement(remove).await? as u64;
    }
    Ok(removed)
}
