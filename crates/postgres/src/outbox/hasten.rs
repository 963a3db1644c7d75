//! Events that a clock which ran ahead has put off.

use auth_domain::Timestamp;
use auth_domain::outbox::SubscriberId;
use auth_ports::Failure;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, SmallInt, Text, Timestamptz};

use super::claim::buckets;
use crate::database::Database;

/// Finds the first events of keys that are due later than they can be, and makes all that wait behind them due, too. Only
/// the first one says when: those behind it are put off together with it, however rarely they have failed themselves.
/// Whoever holds a first event at this moment keeps it. The bucket is named as in a claim.
///
/// It reads the far end of the index of claims, and no more than 4000 events of it: while a subscriber is away, all that
/// waits for it is due far ahead, and rightly so. Whether an event is the first is asked for one event after another, so
/// that no plan reads the others.
const HASTEN: &str = "\
WITH late AS (
    SELECT o.ordering_key FROM outbox o
    WHERE o.bucket = $1 AND o.subscriber = $2 AND o.due_at >= (
            SELECT min(f.due_at) FROM (
                SELECT due_at FROM outbox WHERE bucket = $1 AND subscriber = $2 AND due_at > $4
                ORDER BY due_at DESC LIMIT 4000) f)
        AND o.due_at > ($5)[least(o.failures + 1, cardinality($5))] AND o.id = (
            SELECT e.id FROM outbox e WHERE e.bucket = $1 AND e.subscriber = $2 AND e.ordering_key = o.ordering_key
            ORDER BY e.recorded_at, e.id LIMIT 1)
    LIMIT $6 FOR UPDATE OF o SKIP LOCKED
), hastened AS (
    UPDATE outbox u SET due_at = $3 FROM late l
    WHERE u.bucket = $1 AND u.subscriber = $2 AND u.ordering_key = l.ordering_key AND u.due_at > $3
    RETURNING u.ordering_key
)
SELECT count(DISTINCT ordering_key) AS keys FROM hastened";

#[derive(QueryableByName)]
struct Hastened {
    #[diesel(sql_type = BigInt)]
    keys: i64,
}

/// Asks bucket by bucket until there are enough. One that fails keeps nobody from asking the others.
pub(super) async fn hasten(
    database: &Database,
    subscriber: &SubscriberId,
    now: Timestamp,
    latest: &[Timestamp],
    keys: u16,
) -> Result<u64, Failure> {
    let Some(earliest) = latest.iter().min().copied() else { return Ok(0) };
    let (mut hastened, mut failed) = (0_i64, None);
    for bucket in buckets(now) {
        let limit = i64::from(keys) - hastened;
        if limit <= 0 {
            break;
        }
        let (subscriber, latest) = (subscriber.clone(), latest.to_vec());
        let in_bucket = database.statement(move |conn| {
            diesel::sql_query(HASTEN)
                .bind::<SmallInt, _>(bucket)
                .bind::<Text, _>(subscriber.as_str())
                .bind::<Timestamptz, _>(now)
                .bind::<Timestamptz, _>(earliest)
                .bind::<Array<Timestamptz>, _>(&latest)
                .bind::<BigInt, _>(limit)
                .get_result::<Hastened>(conn)
        });
        match in_bucket.await {
            Ok(found) => hastened += found.keys,
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    match failed {
        Some(error) if hastened == 0 => Err(error),
        _ => Ok(hastened.unsigned_abs()),
    }
}
