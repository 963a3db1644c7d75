//! Positions of events where tables are spread over nodes: one statement for the events of each user, which one node carries
//! out.

use std::collections::BTreeMap;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Uuid as SqlUuid};
use uuid::Uuid;

use super::placed::Placed;

/// How many events get their positions in one call: fewer than on one node, because there may be a statement for each of
/// them, and whoever else reads forward waits for all.
pub(super) const PLACED_AT_ONCE: i64 = 200;

/// The next events without a position, in the order of their positions. Where tables are spread, each event has a user: those
/// of nobody have one of a few that nobody is, once the backfill has given one to those of earlier programs.
const WAITING: &str = "SELECT user_id, id FROM events WHERE feed_position IS NULL AND user_id IS NOT NULL \
    ORDER BY at, id LIMIT $1";

/// Gives events of a user their positions, except those that are being changed: they are left for the next time, so that
/// nothing waits while others wait for this.
const PLACE: &str = "WITH free AS (SELECT id FROM events \
    WHERE user_id = $1 AND id = ANY($2) AND feed_position IS NULL FOR UPDATE SKIP LOCKED) \
    UPDATE events e SET feed_position = n.place FROM free f JOIN unnest($2, $3) AS n (id, place) ON n.id = f.id \
    WHERE e.user_id = $1 AND e.id = f.id";

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = BigInt)]
    user_id: i64,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Gives the positions after this one. Those of events that are left for the next time are given to nothing.
pub(super) fn place_in_txn(conn: &mut PgConnection, before: i64) -> QueryResult<Placed> {
    let waiting: Vec<Waiting> = diesel::sql_query(WAITING).bind::<BigInt, _>(PLACED_AT_ONCE).load(conn)?;
    let has_more = waiting.len() as i64 == PLACED_AT_ONCE;
    let mut by_user: BTreeMap<i64, (Vec<Uuid>, Vec<i64>)> = BTreeMap::new();
    for (position, event) in (before + 1..).zip(waiting) {
        let (ids, positions) = by_user.entry(event.user_id).or_default();
        ids.push(event.id);
        positions.push(position);
    }
    let mut events = 0;
    for (user, (ids, positions)) in by_user {
        let place = diesel::sql_query(PLACE).bind::<BigInt, _>(user).bind::<Array<SqlUuid>, _>(ids);
        events += place.bind::<Array<BigInt>, _>(positions).execute(conn)? as i64;
    }
    Ok(Placed { events, has_more })
}
