//! Events on PostgreSQL.

mod by_rows;
mod filter;
mod forward;
mod placed;

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::admin::{EventFeed, EventFeedRequest, EventPage};
use auth_domain::events::{Event, NewEvent};
use auth_ports::{EventStore, Failure};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};

use crate::PostgresStores;
use crate::rows::EventRow;
use crate::schema::events;

/// Events are found by their key; those of nobody that the program before has written have no user.
const REMOVE_OLD: &str = "WITH old AS (SELECT user_id, id FROM events WHERE at < $1 ORDER BY at LIMIT $2), \
    spread AS (DELETE FROM events e USING old o WHERE e.user_id = o.user_id AND e.id = o.id RETURNING e.id), \
    others AS (DELETE FROM events e USING old o \
        WHERE o.user_id IS NULL AND e.user_id IS NULL AND e.id = o.id RETURNING e.id) \
    SELECT (SELECT count(*) FROM spread) + (SELECT count(*) FROM others) AS events";

#[derive(QueryableByName)]
struct Removed {
    #[diesel(sql_type = BigInt)]
    events: i64,
}

#[async_trait]
impl EventStore for PostgresStores {
    async fn record(&self, event: NewEvent) -> Result<(), Failure> {
        let listeners = self.listeners.clone();
        self.database.statement(move |conn| listeners.record_once_on_conn(conn, &event)).await
    }

    async fn sweep(&self, before: Timestamp, limit: u16) -> Result<u64, Failure> {
        let remove = move |conn: &mut PgConnection| {
            let remove = diesel::sql_query(REMOVE_OLD).bind::<Timestamptz, _>(before);
            remove.bind::<BigInt, _>(i64::from(limit)).get_result::<Removed>(conn)
        };
        Ok(self.database.statement(remove).await?.events.unsigned_abs())
    }

    async fn list(&self, page: EventPage) -> Result<Vec<Event>, Failure> {
        let rows: Vec<EventRow> = self
            .database
            .statement(move |conn| {
                let mut query = filter::meant(&page.filter).select(EventRow::as_select());
                if let Some((at, id)) = page.before {
                    query = query.filter(events::at.lt(at).or(events::at.eq(at).and(events::id.lt(id))));
                }
                query.order((events::at.desc(), events::id.desc())).limit(i64::from(page.limit)).load(conn)
            })
            .await?;
        Ok(rows.into_iter().map(Event::from).collect())
    }

    async fn read_forward(&self, request: EventFeedRequest) -> Result<EventFeed, Failure> {
        forward::read(&self.database, self.layout, request).await
    }
}
