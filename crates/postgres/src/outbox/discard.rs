//! Removing what waits for a subscriber that has left.

use auth_domain::outbox::{BUCKETS, SubscriberId};
use auth_ports::Failure;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, SmallInt, Text};

use crate::database::Database;
use crate::layout::Layout;

/// Rows are selected once and by their keys, so that the limit holds whatever plan the database chooses.
const DISCARD: &str = "WITH chosen AS (SELECT bucket, subscriber, ordering_key, recorded_at, id FROM outbox \
     WHERE subscriber = $1 LIMIT $2 FOR UPDATE SKIP LOCKED) DELETE FROM outbox o USING chosen d \
     WHERE o.bucket = d.bucket AND o.subscriber = d.subscriber AND o.ordering_key = d.ordering_key \
     AND o.recorded_at = d.recorded_at AND o.id = d.id";

/// Does the same in one bucket, so that on engines that spread tables the statement touches one node: they lock no rows in a
/// statement for all of them.
const DISCARD_IN_BUCKET: &str = "WITH chosen AS (SELECT ordering_key, recorded_at, id FROM outbox \
     WHERE bucket = $3 AND subscriber = $1 LIMIT $2 FOR UPDATE SKIP LOCKED) DELETE FROM outbox o USING chosen d \
     WHERE o.bucket = $3 AND o.subscriber = $1 AND o.ordering_key = d.ordering_key \
     AND o.recorded_at = d.recorded_at AND o.id = d.id";

/// Removes up to this many rows, and returns how many they were.
pub(super) async fn discard(
    database: &Database,
    layout: Layout,
    subscriber: &SubscriberId,
    limit: u16,
) -> Result<u64, Failure> {
    let mut gone: u64 = 0;
    match layout {
        Layout::Single => {
            let subscriber = subscriber.clone();
            let discard = move |conn: &mut PgConnection| {
                let discard = diesel::sql_query(DISCARD).bind::<Text, _>(subscriber.as_str());
                discard.bind::<BigInt, _>(i64::from(limit)).execute(conn)
            };
            gone += database.statement(discard).await? as u64;
        }
        Layout::Sharded => {
            for bucket in 0..BUCKETS {
                let (subscriber, left) = (subscriber.clone(), i64::from(limit) - gone as i64);
                if left <= 0 {
                    break;
                }
                let discard = move |conn: &mut PgConnection| {
                    let discard = diesel::sql_query(DISCARD_IN_BUCKET).bind::<Text, _>(subscriber.as_str());
                    discard.bind::<BigInt, _>(left).bind::<SmallInt, _>(bucket).execute(conn)
                };
                gone += database.statement(discard).await? as u64;
            }
        }
    }
    Ok(gone)
}
