//! Events on PostgreSQL.

mod filter;
mod forward;

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::admin::{EventFeed, EventFeedRequest, EventPage};
use auth_domain::events::{Event, NewEvent};
use auth_ports::{EventStore, Failure};
use diesel::prelude::*;
use uuid::Uuid;

use crate::PostgresStores;
use crate::rows::EventRow;
use crate::schema::events;

#[async_trait]
impl EventStore for PostgresStores {
    async fn record(&self, event: NewEvent) -> Result<(), Failure> {
        let listeners = self.listeners.clone();
        self.database.statement(move |conn| listeners.record_once_on_conn(conn, &event)).await
    }

    async fn sweep(&self, before: Timestamp, limit: u16) -> Result<u64, Failure> {
        self.database
            .statement(move |conn| {
                let old = events::table.filter(events::at.lt(before)).order(events::at).limit(i64::from(limit));
                let ids: Vec<Uuid> = old.select(events::id).load(conn)?;
                diesel::delete(events::table.filter(events::id.eq_any(ids))).execute(conn).map(|rows| rows as u64)
            })
            .await
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
        forward::read(&self.database, request).await
    }
}
