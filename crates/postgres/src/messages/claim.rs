//! Claiming messages for which there are places.

use auth_domain::Timestamp;
use auth_ports::{ClaimMessages, Failure, FreePlaces};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{Array, Integer, SmallInt, Text, Timestamptz, Uuid as SqlUuid};

use super::bucket::{Found, by_bucket};
use super::row::{MessageRow, NOTICE};
use crate::database::Database;
use crate::kept::Keep as _;
use crate::layout::Layout;

/// Messages, each with its channel, its receiver as `auth_domain::messages::Lane` has it, and the places that the channel
/// and the lane have. A macro, because `concat!` takes no constants.
macro_rules! messages_with_places {
    () => {
        "messages m
        CROSS JOIN LATERAL (SELECT replace(m.channel, $1, '') AS channel, split_part(m.address_value, '@', 2) AS receiver,
            m.attempts > 0 OR m.notice IS NOT NULL AS can_wait) w
        LEFT JOIN unnest($2::text[], $3::int[], $4::int[]) AS c(channel, free, per_lane) ON c.channel = w.channel
        LEFT JOIN unnest($5::text[], $6::text[], $7::int[]) AS l(channel, receiver, free)
            ON l.channel = w.channel AND l.receiver = w.receiver
        CROSS JOIN LATERAL (SELECT coalesce(c.free, $8) AS in_channel, coalesce(l.free, c.per_lane, $8) AS in_lane) p
        WHERE p.in_channel > 0 AND p.in_lane > 0"
    };
}

/// What a message is chosen by.
macro_rules! chosen_by {
    () => {
        "SELECT m.bucket, m.id, m.due_at, m.created_at, w.channel, w.receiver, w.can_wait, p.in_channel, p.in_lane FROM "
    };
}

/// The first few hundred for which there is a place at all are numbered by lane, then those that fit into their lanes by
/// channel. It is a look at the whole queue, so that what is due the longest comes first wherever it waits; but it stops
/// where it has enough, and looks for what can wait only if it has not. So a burst of codes costs the same however long it
/// is; what can wait, or waits for a channel without places, is passed over.
macro_rules! fitting {
    () => {
        concat!(
            "WITH first AS (",
            chosen_by!(),
            messages_with_places!(),
            " AND NOT w.can_wait AND m.due_at <= $9 ORDER BY m.due_at, m.created_at LIMIT 512
    ), later AS (",
            chosen_by!(),
            messages_with_places!(),
            " AND w.can_wait AND m.due_at <= $9 ORDER BY m.due_at, m.created_at LIMIT (SELECT 512 - count(*) FROM first)
    ), due AS (
        SELECT * FROM first UNION ALL SELECT * FROM later
    ), numbered AS (
        SELECT due.*, row_number() OVER (PARTITION BY channel, receiver ORDER BY can_wait, due_at, created_at, id) AS n
        FROM due
    ), fitting AS (
        SELECT bucket, id, in_channel,
            row_number() OVER (PARTITION BY channel ORDER BY can_wait, due_at, created_at, id) AS n
        FROM numbered WHERE n <= in_lane
    )"
        )
    };
}

/// Finds what fits into both, and leases it. That a message is due is asked once more of the row that is locked, since
/// another claim may have leased it in between. The columns are named because the statement stays prepared, and a newer
/// program may add one.
const CLAIM: &str = concat!(
    fitting!(),
    ", claimed AS (
        SELECT m.bucket, m.id FROM messages m JOIN fitting f ON m.bucket = f.bucket AND m.id = f.id
        WHERE f.n <= f.in_channel AND m.due_at <= $9 FOR UPDATE OF m SKIP LOCKED
    )
    UPDATE messages u SET due_at = $10, attempts = u.attempts + 1 FROM claimed c WHERE u.bucket = c.bucket AND u.id = c.id
    RETURNING u.bucket, u.id, u.verification_id, u.channel, u.address_kind, u.address_value, u.address_shown,
        u.address_as_sent, u.language, u.created_at, u.expires_at, u.due_at, u.attempts, u.notice, u.about"
);

/// Finds what fits into both, and locks nothing: engines that spread tables lock only where one node is named.
const FITTING: &str = concat!(fitting!(), " SELECT bucket, id FROM fitting WHERE n <= in_channel");

/// Leases what was found in one bucket, which each part names, so that it touches one node. It asks once more, too.
const CLAIM_IN_BUCKET: &str = "\
WITH claimed AS (
    SELECT m.id FROM messages m WHERE m.bucket = $1 AND m.id = ANY($2) AND m.due_at <= $3 FOR UPDATE OF m SKIP LOCKED
)
UPDATE messages u SET due_at = $4, attempts = u.attempts + 1 FROM claimed c WHERE u.bucket = $1 AND u.id = c.id
RETURNING u.*";

const NEXT_DUE: &str = concat!("SELECT m.due_at FROM ", messages_with_places!(), " ORDER BY m.due_at LIMIT 1");

pub(super) async fn claim(
    database: &Database,
    layout: Layout,
    claim: ClaimMessages,
) -> Result<Vec<MessageRow>, Failure> {
    match layout {
        Layout::Single => {
            let ClaimMessages { now, leased_until, places } = claim;
            let leasing = move |conn: &mut PgConnection| {
                let claim = aimed(CLAIM, &places).bind::<Timestamptz, _>(now).bind::<Timestamptz, _>(leased_until);
                claim.kept().load(conn)
            };
            database.statement(leasing).await
        }
        Layout::Sharded => claim_by_bucket(database, claim).await,
    }
}

/// Asks the buckets in which something was found, one after another.
async fn claim_by_bucket(database: &Database, claim: ClaimMessages) -> Result<Vec<MessageRow>, Failure> {
    let ClaimMessages { now, leased_until, places } = claim;
    let fitting =
        database.statement(move |conn| aimed(FITTING, &places).bind::<Timestamptz, _>(now).load::<Found>(conn));
    let mut claimed = Vec::new();
    for (bucket, ids) in by_bucket(fitting.await?, now) {
        let in_bucket = database.statement(move |conn| {
            diesel::sql_query(CLAIM_IN_BUCKET)
                .bind::<SmallInt, _>(bucket)
                .bind::<Array<SqlUuid>, _>(&ids)
                .bind::<Timestamptz, _>(now)
                .bind::<Timestamptz, _>(leased_until)
                .load::<MessageRow>(conn)
        });
        match in_bucket.await {
            Ok(rows) => claimed.extend(rows),
            Err(error) if claimed.is_empty() => return Err(error),
            // What is leased is delivered, and not kept waiting for a database that may not answer.
            Err(_) => break,
        }
    }
    Ok(claimed)
}

pub(super) async fn next_due(database: &Database, places: FreePlaces) -> Result<Option<Timestamp>, Failure> {
    let next = database.statement(move |conn| aimed(NEXT_DUE, &places).get_result::<Due>(conn).optional()).await?;
    Ok(next.map(|next| next.due_at))
}

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = Timestamptz)]
    due_at: Timestamp,
}

/// Binds the first eight parameters.
fn aimed(statement: &'static str, places: &FreePlaces) -> BoxedSqlQuery<'static, Pg, SqlQuery> {
    let channels = || places.channels.iter();
    let lanes = || channels().flat_map(|places| places.lanes.iter().map(|(to, free)| (places.channel, to, *free)));
    diesel::sql_query(statement)
        .into_boxed()
        .bind::<Text, _>(NOTICE)
        .bind::<Array<Text>, _>(channels().map(|places| places.channel.name()).collect::<Vec<_>>())
        .bind::<Array<Integer>, _>(channels().map(|places| i32::from(places.free)).collect::<Vec<_>>())
        .bind::<Array<Integer>, _>(channels().map(|places| i32::from(places.per_lane)).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(lanes().map(|(channel, ..)| channel.name()).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(lanes().map(|(_, receiver, _)| receiver.clone()).collect::<Vec<_>>())
        .bind::<Array<Integer>, _>(lanes().map(|(.., free)| i32::from(free)).collect::<Vec<_>>())
        .bind::<Integer, _>(i32::from(places.elsewhere))
}
