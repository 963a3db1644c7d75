//! Storing the outcomes of events.

use std::collections::BTreeMap;

use auth_domain::Timestamp;
use auth_domain::outbox::{OrderingKey, SubscriberId};
use auth_ports::{DeliveryOutcome, Failure, SettledEvent};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::database::Database;

const REMOVE: &str = "DELETE FROM outbox o USING unnest($3, $4) AS d (ordering_key, id) \
     WHERE o.bucket = $1 AND o.subscriber = $2 AND o.ordering_key = d.ordering_key AND o.id = d.id";

/// Delays the events after the failed one as well, because they need not be looked at before it is due.
const DELAY: &str = "UPDATE outbox SET due_at = CASE WHEN id = $4 THEN $5 ELSE greatest(due_at, $5) END, \
     failures = failures + CASE WHEN id = $4 THEN $6 ELSE 0 END \
     WHERE bucket = $1 AND subscriber = $2 AND ordering_key = $3 \
     AND EXISTS (SELECT FROM outbox e WHERE e.bucket = $1 AND e.subscriber = $2 AND e.ordering_key = $3 AND e.id = $4)";

const GIVE_UP: &str = "WITH gone AS (DELETE FROM outbox \
     WHERE bucket = $1 AND subscriber = $2 AND ordering_key = $3 AND id = $4 \
     RETURNING bucket, subscriber, ordering_key, recorded_at, id, failures, kind, recorded_as, user_id, session_id, \
     actor, method, client_id, at) \
     INSERT INTO dead_letters (bucket, subscriber, ordering_key, recorded_at, id, failures, kind, recorded_as, \
     user_id, session_id, actor, method, client_id, at, problem, died_at) \
     SELECT bucket, subscriber, ordering_key, recorded_at, id, failures + 1, kind, recorded_as, user_id, session_id, \
     actor, method, client_id, at, $5, $6 FROM gone ON CONFLICT DO NOTHING";

pub(super) async fn settle(
    database: &Database,
    subscriber: SubscriberId,
    settled: Vec<SettledEvent>,
) -> Result<(), Failure> {
    database
        .transaction(move |conn| {
            remove_delivered_in_txn(conn, &subscriber, &settled)?;
            for one in &settled {
                settle_in_txn(conn, &subscriber, one)?;
            }
            Ok(())
        })
        .await
}

/// Removes delivered events. Most events are delivered, so this takes one statement per bucket.
fn remove_delivered_in_txn(
    conn: &mut PgConnection,
    subscriber: &SubscriberId,
    settled: &[SettledEvent],
) -> QueryResult<()> {
    let mut delivered: BTreeMap<i16, (Vec<i64>, Vec<Uuid>)> = BTreeMap::new();
    for one in settled.iter().filter(|one| one.outcome == DeliveryOutcome::Delivered) {
        let (keys, ids) = delivered.entry(one.key.bucket()).or_default();
        keys.push(one.key.as_i64());
        ids.push(one.id);
    }
    for (bucket, (keys, ids)) in delivered {
        diesel::sql_query(REMOVE)
            .bind::<SmallInt, _>(bucket)
            .bind::<Text, _>(subscriber.as_str())
            .bind::<Array<BigInt>, _>(keys)
            .bind::<Array<SqlUuid>, _>(ids)
            .execute(conn)?;
    }
    Ok(())
}

fn settle_in_txn(conn: &mut PgConnection, subscriber: &SubscriberId, settled: &SettledEvent) -> QueryResult<()> {
    match &settled.outcome {
        DeliveryOutcome::Delivered => Ok(()),
        DeliveryOutcome::Failed { again_at } => delay_in_txn(conn, subscriber, settled, *again_at, 1),
        DeliveryOutcome::PutBack { at } => delay_in_txn(conn, subscriber, settled, *at, 0),
        DeliveryOutcome::GivenUp { problem, at } => diesel::sql_query(GIVE_UP)
            .bind::<SmallInt, _>(settled.key.bucket())
            .bind::<Text, _>(subscriber.as_str())
            .bind::<BigInt, _>(settled.key.as_i64())
            .bind::<SqlUuid, _>(settled.id)
            .bind::<Text, _>(problem)
            .bind::<Timestamptz, _>(at)
            .execute(conn)
            .map(drop),
    }
}

fn delay_in_txn(
    conn: &mut PgConnection,
    subscriber: &SubscriberId,
    SettledEvent { key, id, .. }: &SettledEvent,
    until: Timestamp,
    failures: i16,
) -> QueryResult<()> {
    let key: OrderingKey = *key;
    diesel::sql_query(DELAY)
        .bind::<SmallInt, _>(key.bucket())
        .bind::<Text, _>(subscriber.as_str())
        .bind::<BigInt, _>(key.as_i64())
        .bind::<SqlUuid, _>(id)
        .bind::<Timestamptz, _>(until)
        .bind::<SmallInt, _>(failures)
        .execute(conn)
        .map(drop)
}
