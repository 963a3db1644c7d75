//! Reading events forward.
//!
//! Events cannot be ordered when they are written: a transaction may commit after others that began later, and its
//! event would then appear behind readers that have already passed it. Events therefore get their positions after
//! they are committed, from whoever reads them first. Readers take turns at this, so that positions appear in order.

use auth_domain::admin::{EventFeed, EventFeedRequest, EventPosition, Period};
use auth_domain::events::Event;
use auth_ports::Failure;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Uuid as SqlUuid};
use uuid::Uuid;

use super::by_rows;
use super::filter::meant;
use super::placed::Placed;
use crate::database::Database;
use crate::layout::Layout;
use crate::rows::{EventRow, corrupt};
use crate::schema::events;

/// How many events get their positions in one call.
const PLACED_AT_ONCE: i64 = 1000;
/// How many events one call examines to find those of the requested kinds.
const LOOKED_THROUGH: i64 = 10_000;

/// An event that has no position yet. The order is that of the index that holds these events and no others: without it,
/// the whole table may be searched.
const WAITING: &str = "SELECT id FROM events WHERE feed_position IS NULL ORDER BY at, id LIMIT 1";

/// Takes this many positions, and makes everybody else who needs some wait until the transaction ends. Positions
/// count microseconds, or the positions given out so far if there are more of them, so they continue to grow after
/// the database was restored to an earlier state.
const TAKE: &str = "INSERT INTO feeds (name, last_position) \
    VALUES ('events', (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + $1) \
    ON CONFLICT (name) DO UPDATE SET last_position = greatest(feeds.last_position + $1, excluded.last_position) \
    RETURNING last_position";

/// Gives positions to up to this many events that are committed and have none. An event that is being changed is left
/// for the next time, so that nothing waits while others wait for this. Events are found by their key; those of nobody
/// that the program before has written have no user.
const PLACE: &str = "WITH waiting AS (SELECT user_id, id, at FROM events WHERE feed_position IS NULL \
    ORDER BY at, id LIMIT $2 FOR UPDATE SKIP LOCKED), \
    numbered AS (SELECT user_id, id, row_number() OVER (ORDER BY at, id) AS number FROM waiting), \
    spread AS (UPDATE events e SET feed_position = $1 + n.number FROM numbered n \
        WHERE e.user_id = n.user_id AND e.id = n.id RETURNING e.id), \
    others AS (UPDATE events e SET feed_position = $1 + n.number FROM numbered n \
        WHERE n.user_id IS NULL AND e.user_id IS NULL AND e.id = n.id RETURNING e.id) \
    SELECT (SELECT count(*) FROM spread) + (SELECT count(*) FROM others) AS events";

/// The last position that was taken. Whoever took it has given it, or will never give it; later ones are greater.
const LAST: &str = "SELECT last_position FROM feeds WHERE name = 'events'";

/// Finds the last of the next positions after this one, and how many there are.
const WINDOW: &str = "SELECT max(feed_position) AS last, count(*) AS events FROM (SELECT feed_position FROM events \
    WHERE feed_position > $1 ORDER BY feed_position LIMIT $2) w";

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = SqlUuid)]
    #[diesel(column_name = id)]
    _id: Uuid,
}

#[derive(QueryableByName)]
struct Taken {
    #[diesel(sql_type = BigInt)]
    last_position: i64,
}

#[derive(QueryableByName)]
struct Numbered {
    #[diesel(sql_type = BigInt)]
    events: i64,
}

/// The part of the feed that is looked through for some kinds.
#[derive(QueryableByName)]
struct Window {
    #[diesel(sql_type = Nullable<BigInt>)]
    last: Option<i64>,
    #[diesel(sql_type = BigInt)]
    events: i64,
}

/// Reads the next events. At the end of those that have positions, it gives positions to more, and looks again.
pub(super) async fn read(database: &Database, layout: Layout, request: EventFeedRequest) -> Result<EventFeed, Failure> {
    let feed = read_placed(database, request.clone()).await?;
    if feed.has_more {
        return Ok(feed);
    }
    let placed = place(database, layout).await?;
    if placed.events == 0 {
        return Ok(feed);
    }
    let feed = read_placed(database, request).await?;
    Ok(EventFeed { has_more: feed.has_more || placed.has_more, ..feed })
}

/// Gives positions to events.
async fn place(database: &Database, layout: Layout) -> Result<Placed, Failure> {
    let waiting = database.statement(|conn| diesel::sql_query(WAITING).get_result::<Waiting>(conn).optional()).await?;
    if waiting.is_none() {
        return Ok(Placed::default());
    }
    let at_once = match layout {
        Layout::Single => PLACED_AT_ONCE,
        Layout::Sharded => by_rows::PLACED_AT_ONCE,
    };
    database
        .transaction(move |conn| {
            let taken: Taken = diesel::sql_query(TAKE).bind::<BigInt, _>(at_once).get_result(conn)?;
            let before = taken.last_position - at_once;
            match layout {
                Layout::Single => place_in_txn(conn, before),
                Layout::Sharded => by_rows::place_in_txn(conn, before),
            }
        })
        .await
}

/// Gives the positions after this one.
fn place_in_txn(conn: &mut PgConnection, before: i64) -> QueryResult<Placed> {
    let place = diesel::sql_query(PLACE).bind::<BigInt, _>(before).bind::<BigInt, _>(PLACED_AT_ONCE);
    let Numbered { events } = place.get_result(conn)?;
    Ok(Placed { events, has_more: events == PLACED_AT_ONCE })
}

async fn read_placed(database: &Database, request: EventFeedRequest) -> Result<EventFeed, Failure> {
    let after = request.after;
    let Seen { rows, end, has_more } = database.statement(move |conn| look(conn, &request)).await?;
    let next = end.map(|end| EventPosition::from_i64(end).ok_or(corrupt("position"))).transpose()?;
    let events = rows.into_iter().map(|(row, _)| Event::from(row)).collect();
    Ok(EventFeed { events, next: next.unwrap_or(after).max(after), has_more })
}

/// The result of one look.
#[derive(Default)]
struct Seen {
    rows: Vec<(EventRow, Option<i64>)>,
    /// Up to where everything was looked at; nothing has a position where there is none.
    end: Option<i64>,
    has_more: bool,
}

/// The end is read before the events: what lies up to it is committed, so nothing is missed.
fn look(conn: &mut PgConnection, request: &EventFeedRequest) -> QueryResult<Seen> {
    let after = request.after.as_i64();
    let Some(Taken { last_position }) = diesel::sql_query(LAST).get_result(conn).optional()? else {
        return Ok(Seen::default());
    };
    // The events of one user are found by an index of their own, and are few.
    let filter = &request.filter;
    let is_chosen = !filter.kinds.is_empty() || filter.period != Period::default();
    let is_looked_through = filter.user.is_none() && is_chosen;
    let window = if is_looked_through { end_of_window(conn, after)? } else { None };
    let position = events::feed_position;
    let rows: Vec<(EventRow, Option<i64>)> = meant(&request.filter)
        .filter(position.gt(after).and(position.le(window.unwrap_or(last_position))))
        .order(position)
        .limit(i64::from(request.limit))
        .select((EventRow::as_select(), position))
        .load(conn)?;
    let is_full = rows.len() == usize::from(request.limit);
    let last = rows.last().and_then(|(_, position)| *position).filter(|_| is_full);
    Ok(Seen { end: last.or(window).or(Some(last_position)), has_more: is_full || window.is_some(), rows })
}

/// Where the window ends that is looked through; `None` where it reaches to the end of the feed.
fn end_of_window(conn: &mut PgConnection, after: i64) -> QueryResult<Option<i64>> {
    let window = diesel::sql_query(WINDOW).bind::<BigInt, _>(after).bind::<BigInt, _>(LOOKED_THROUGH);
    let window: Window = window.get_result(conn)?;
    Ok(window.last.filter(|_| window.events == LOOKED_THROUGH))
}
