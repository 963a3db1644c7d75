//! Recording an event, and queueing it for its subscribers.

use std::sync::Arc;

use auth_domain::events::NewEvent;
use auth_domain::outbox::{OutgoingEvent, Subscribers};
use auth_domain::sessions::SessionId;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::sql_types::{BigInt, Nullable};
use uuid::Uuid;

use super::queue::QueueEvent;
use crate::rows::EventRow;
use crate::values::Row;

/// The subscribers to events, and what wakes the workers that deliver to them.
#[derive(Clone)]
pub(crate) struct Listeners {
    subscribers: Subscribers,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl Listeners {
    pub(crate) fn new(subscribers: Subscribers, wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        Self { subscribers, wake }
    }

    /// No subscribers.
    pub(crate) fn none() -> Self {
        Self::new(Subscribers::default(), Arc::new(|| {}))
    }

    /// Returns the part of a statement that queues the event, or `None` if nobody subscribes to it. Workers are woken
    /// shortly before the commit; they wait a moment before they look, and also look periodically.
    pub(crate) fn queue(&self, event: Option<OutgoingEvent>) -> Option<QueueEvent> {
        let queue = QueueEvent::new(event?, &self.subscribers)?;
        (self.wake)();
        Some(queue)
    }

    /// Stores an event.
    pub(crate) fn record_in_txn(&self, conn: &mut PgConnection, event: &NewEvent) -> QueryResult<()> {
        self.insert(conn, event, OutgoingEvent::of(event), false)
    }

    /// Stores an event about the beginning or end of this session.
    pub(crate) fn record_of_session_in_txn(
        &self,
        conn: &mut PgConnection,
        session: SessionId,
        event: &NewEvent,
    ) -> QueryResult<()> {
        self.insert(conn, event, OutgoingEvent::of(event).map(|told| told.in_session(session)), false)
    }

    /// Stores an event, unless one with its id exists.
    pub(crate) fn record_once_on_conn(&self, conn: &mut PgConnection, event: &NewEvent) -> QueryResult<()> {
        self.insert(conn, event, OutgoingEvent::of(event), true)
    }

    /// Stores an event, and queues what subscribers are told, each by a statement of its own.
    pub(crate) fn record_by_rows_in_txn(
        &self,
        conn: &mut PgConnection,
        event: &NewEvent,
        told: Option<OutgoingEvent>,
    ) -> QueryResult<()> {
        EventRow::from(event).row().insert(conn)?;
        self.queue(told).map_or(Ok(()), |queue| QueueAlone(queue).execute(conn).map(drop))
    }

    fn insert(
        &self,
        conn: &mut PgConnection,
        event: &NewEvent,
        told: Option<OutgoingEvent>,
        once: bool,
    ) -> QueryResult<()> {
        let row = EventRow::from(event);
        Record { event: row.row(), once, queue: self.queue(told) }.run(conn).map(drop)
    }

    /// Queues an event per account of an import.
    pub(crate) fn queue_import_in_txn(&self, conn: &mut PgConnection, events: &[OutgoingEvent]) -> QueryResult<()> {
        let Some(first) = events.first() else { return Ok(()) };
        let Some(queue) = self.queue(Some(first.clone())) else { return Ok(()) };
        let keys: Vec<_> = events.iter().map(OutgoingEvent::ordering_key).collect();
        diesel::sql_query(
            "INSERT INTO outbox (bucket, subscriber, ordering_key, id, due_at, kind, recorded_as, user_id, actor, \
             method, at) SELECT e.bucket, s.subscriber, e.ordering_key, e.id, $4, $5, $6, e.ordering_key, $7, $8, $4 \
             FROM unnest($1, $2, $3) AS e (bucket, ordering_key, id), unnest($9) AS s (subscriber)",
        )
        .bind::<Array<SmallInt>, _>(keys.iter().map(|key| key.bucket()).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(keys.iter().map(|key| key.as_i64()).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(events.iter().map(|event| event.id).collect::<Vec<Uuid>>())
        .bind::<Timestamptz, _>(first.at)
        .bind::<Text, _>(first.kind.name())
        .bind::<Text, _>(&first.recorded_as)
        .bind::<Text, _>(&first.actor)
        .bind::<Nullable<Text>, _>(&first.method)
        .bind::<Array<Text>, _>(queue.subscribers())
        .execute(conn)
        .map(drop)
    }
}

/// Records an event in one statement, with or without subscribers.
struct Record<'a> {
    event: Row<'a>,
    once: bool,
    queue: Option<QueueEvent>,
}

impl QueryFragment<Pg> for Record<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if self.queue.is_some() {
            out.push_sql("WITH recorded AS (");
        }
        self.event.walk_ast(out.reborrow())?;
        if self.once {
            out.push_sql(" ON CONFLICT DO NOTHING");
        }
        if let Some(queue) = &self.queue {
            out.push_sql(" RETURNING id) ");
            queue.push_insert_if("recorded", &mut out)?;
        }
        Ok(())
    }
}

impl Record<'_> {
    fn run(self, conn: &mut PgConnection) -> QueryResult<usize> {
        match (self.once, self.queue.is_some()) {
            (false, false) => RecordAs::<false, false>(self).execute(conn),
            (false, true) => RecordAs::<false, true>(self).execute(conn),
            (true, false) => RecordAs::<true, false>(self).execute(conn),
            (true, true) => RecordAs::<true, true>(self).execute(conn),
        }
    }
}

/// [`Record`], whose text depends on whether it is once only and whether there are subscribers.
struct RecordAs<'a, const ONCE: bool, const TOLD: bool>(Record<'a>);

impl<const ONCE: bool, const TOLD: bool> QueryFragment<Pg> for RecordAs<'_, ONCE, TOLD> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}

impl<const ONCE: bool, const TOLD: bool> QueryId for RecordAs<'_, ONCE, TOLD> {
    type QueryId = RecordAs<'static, ONCE, TOLD>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<const ONCE: bool, const TOLD: bool> RunQueryDsl<PgConnection> for RecordAs<'_, ONCE, TOLD> {}

struct QueueAlone(QueueEvent);

impl QueryFragment<Pg> for QueueAlone {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.push_insert_if("(VALUES (1)) AS recorded (once)", &mut out)
    }
}

impl QueryId for QueueAlone {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<PgConnection> for QueueAlone {}
