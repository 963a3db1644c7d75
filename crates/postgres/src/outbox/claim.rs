//! Claiming events to deliver.

use std::collections::BTreeMap;

use auth_domain::Timestamp;
use auth_domain::outbox::{BUCKETS, OrderingKey};
use auth_ports::{ClaimEvents, ClaimedEvents, Failure};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, SmallInt, Text, Timestamptz};

use super::rows::OutgoingRow;
use crate::database::Database;

/// Leases the first event of each key that is due, and returns it together with those after it. Whoever holds a key's
/// first event holds the key, because a later event never becomes the first while that one exists. Each part names
/// the bucket, so that on engines that spread tables the statement touches one node.
const CLAIM: &str = "\
WITH heads AS (
    SELECT o.ordering_key, o.recorded_at, o.id FROM outbox o
    WHERE o.bucket = $1 AND o.subscriber = $2 AND o.due_at <= $3 AND NOT EXISTS (
        SELECT FROM outbox e WHERE e.bucket = $1 AND e.subscriber = $2 AND e.ordering_key = o.ordering_key
            AND (e.recorded_at, e.id) < (o.recorded_at, o.id))
    ORDER BY o.due_at LIMIT $4 FOR UPDATE OF o SKIP LOCKED
), leased AS (
    UPDATE outbox u SET due_at = $5 FROM heads h
    WHERE u.bucket = $1 AND u.subscriber = $2 AND u.ordering_key = h.ordering_key
        AND u.recorded_at = h.recorded_at AND u.id = h.id
    RETURNING u.ordering_key
)
SELECT f.ordering_key, f.id, f.failures, f.kind, f.recorded_as, f.user_id, f.session_id, f.actor, f.method, f.client_id,
    f.at
FROM leased l CROSS JOIN LATERAL (
    SELECT * FROM outbox c WHERE c.bucket = $1 AND c.subscriber = $2 AND c.ordering_key = l.ordering_key
    ORDER BY c.recorded_at, c.id LIMIT $6) f
ORDER BY f.ordering_key, f.recorded_at, f.id";

/// All buckets, beginning with a different one each time.
pub(super) fn buckets(now: Timestamp) -> impl Iterator<Item = i16> {
    let first = now.timestamp_micros().rem_euclid(BUCKETS.into()) as i16;
    (0..BUCKETS).map(move |bucket| (first + bucket) % BUCKETS)
}

/// Asks bucket by bucket until there are enough.
pub(super) async fn claim(database: &Database, claim: ClaimEvents) -> Result<Vec<ClaimedEvents>, Failure> {
    let mut claimed = Vec::new();
    for bucket in buckets(claim.now) {
        let keys = usize::from(claim.keys) - claimed.len();
        if keys == 0 || claim.per_key == 0 {
            break;
        }
        claimed.extend(claim_in(database, bucket, keys, claim.clone()).await?);
    }
    Ok(claimed)
}

async fn claim_in(
    database: &Database,
    bucket: i16,
    keys: usize,
    claim: ClaimEvents,
) -> Result<Vec<ClaimedEvents>, Failure> {
    let rows: Vec<OutgoingRow> = database
        .statement(move |conn| {
            diesel::sql_query(CLAIM)
                .bind::<SmallInt, _>(bucket)
                .bind::<Text, _>(claim.subscriber.as_str())
                .bind::<Timestamptz, _>(claim.now)
                .bind::<BigInt, _>(keys as i64)
                .bind::<Timestamptz, _>(claim.leased_until)
                .bind::<BigInt, _>(i64::from(claim.per_key))
                .load(conn)
        })
        .await?;
    let mut by_key: BTreeMap<i64, Vec<_>> = BTreeMap::new();
    for row in rows {
        by_key.entry(row.ordering_key).or_default().push(row.into_queued()?);
    }
    let claimed = by_key.into_iter().map(|(key, events)| ClaimedEvents { key: OrderingKey::from_i64(key), events });
    Ok(claimed.collect())
}
