//! Returning dead letters to the queue, to their former places in the order.

use std::collections::BTreeMap;

use auth_domain::Timestamp;
use auth_domain::outbox::SubscriberId;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::schema::dead_letters as letters;

/// Queues what a part named `gone` removes, due at `$4`. A macro, because `concat!` takes no constants.
macro_rules! returned_to_the_queue {
    () => {
        " RETURNING d.bucket, d.subscriber, d.ordering_key, d.recorded_at, d.id, d.kind, d.recorded_as, d.user_id, \
         d.session_id, d.actor, d.method, d.client_id, d.at) \
         INSERT INTO outbox (bucket, subscriber, ordering_key, recorded_at, id, due_at, kind, recorded_as, user_id, \
         session_id, actor, method, client_id, at) \
         SELECT bucket, subscriber, ordering_key, recorded_at, id, $4, kind, recorded_as, user_id, session_id, actor, \
         method, client_id, at FROM gone"
    };
}

const SEND_AGAIN: &str = concat!(
    "WITH chosen AS (SELECT bucket, subscriber, id FROM dead_letters \
     WHERE subscriber = $1 AND ($2 IS NULL OR id = ANY($2)) ORDER BY died_at LIMIT $3 FOR UPDATE SKIP LOCKED), \
     gone AS (DELETE FROM dead_letters d USING chosen c \
     WHERE d.bucket = c.bucket AND d.subscriber = c.subscriber AND d.id = c.id",
    returned_to_the_queue!()
);

/// Returns those of one bucket that are locked.
const SEND_LOCKED_AGAIN: &str = concat!(
    "WITH gone AS (DELETE FROM dead_letters d WHERE d.bucket = $1 AND d.subscriber = $2 AND d.id = ANY($3)",
    returned_to_the_queue!()
);

/// What is to be sent again.
pub(super) struct SendAgain {
    pub(super) subscriber: SubscriberId,
    /// Which events; all of them if there is nothing.
    pub(super) ids: Option<Vec<Uuid>>,
    /// From when on they are due.
    pub(super) at: Timestamp,
    pub(super) limit: u16,
}

/// Returns how many there were.
pub(super) fn in_one_statement(conn: &mut PgConnection, again: &SendAgain) -> QueryResult<usize> {
    diesel::sql_query(SEND_AGAIN)
        .bind::<Text, _>(again.subscriber.as_str())
        .bind::<Nullable<Array<SqlUuid>>, _>(&again.ids)
        .bind::<BigInt, _>(i64::from(again.limit))
        .bind::<Timestamptz, _>(again.at)
        .execute(conn)
}

/// Does the same where tables are spread: rows are found without locks, and then locked and moved in one bucket after the
/// other, because engines of several nodes lock no rows in a statement for all of them. What somebody else sends again at
/// this moment is left to them, so that nobody waits, and counts against the limit of neither.
pub(super) fn by_buckets(conn: &mut PgConnection, again: &SendAgain) -> QueryResult<usize> {
    let mut sent = 0;
    for (bucket, ids) in find(conn, again)? {
        let locked: Vec<Uuid> = letters::table
            .filter(letters::bucket.eq(bucket))
            .filter(letters::subscriber.eq(again.subscriber.as_str()))
            .filter(letters::id.eq_any(ids))
            .select(letters::id)
            .for_update()
            .skip_locked()
            .load(conn)?;
        sent += diesel::sql_query(SEND_LOCKED_AGAIN)
            .bind::<SmallInt, _>(bucket)
            .bind::<Text, _>(again.subscriber.as_str())
            .bind::<Array<SqlUuid>, _>(locked)
            .bind::<Timestamptz, _>(again.at)
            .execute(conn)?;
    }
    Ok(sent)
}

/// Finds those that died first, by bucket.
fn find(conn: &mut PgConnection, again: &SendAgain) -> QueryResult<BTreeMap<i16, Vec<Uuid>>> {
    let mut query = letters::table.filter(letters::subscriber.eq(again.subscriber.as_str())).into_boxed();
    if let Some(ids) = &again.ids {
        query = query.filter(letters::id.eq_any(ids));
    }
    let found: Vec<(i16, Uuid)> = query
        .order(letters::died_at)
        .limit(i64::from(again.limit))
        .select((letters::bucket, letters::id))
        .load(conn)?;
    let mut by_bucket: BTreeMap<i16, Vec<Uuid>> = BTreeMap::new();
    for (bucket, id) in found {
        by_bucket.entry(bucket).or_default().push(id);
    }
    Ok(by_bucket)
}
