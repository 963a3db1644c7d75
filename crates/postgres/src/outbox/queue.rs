//! The part of a statement that queues an event, with one row per subscriber.

use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::outbox::{OutgoingEvent, Subscribers};
use auth_domain::sessions::SessionId;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::AstPass;
use diesel::sql_types::{Array, BigInt, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

/// An event and the subscribers to queue it for.
#[derive(Clone)]
pub(crate) struct QueueEvent {
    bucket: i16,
    ordering_key: i64,
    id: Uuid,
    at: Timestamp,
    kind: &'static str,
    recorded_as: String,
    user_id: Option<i64>,
    session_id: Option<Uuid>,
    actor: String,
    method: Option<String>,
    client_id: Option<String>,
    subscribers: Vec<String>,
}

impl QueueEvent {
    /// Returns `None` if nobody subscribes to it.
    pub(super) fn new(event: OutgoingEvent, subscribers: &Subscribers) -> Option<Self> {
        let subscribers: Vec<_> = subscribers.to(event.kind).map(ToString::to_string).collect();
        let key = event.ordering_key();
        (!subscribers.is_empty()).then(|| Self {
            bucket: key.bucket(),
            ordering_key: key.as_i64(),
            id: event.id,
            at: event.at,
            kind: event.kind.name(),
            recorded_as: event.recorded_as,
            user_id: event.user.map(UserId::as_i64),
            session_id: event.session.map(SessionId::as_uuid),
            actor: event.actor,
            method: event.method,
            client_id: event.client.map(|client| client.as_str().to_owned()),
            subscribers,
        })
    }

    pub(super) fn subscribers(&self) -> &[String] {
        &self.subscribers
    }

    /// Writes an insert that depends on an earlier part of the same `WITH` having returned a row. A further condition
    /// may follow.
    pub(crate) fn push_insert_if<'b>(&'b self, part: &str, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "INSERT INTO outbox (subscriber, bucket, ordering_key, id, due_at, at, kind, recorded_as, user_id, \
             session_id, actor, method, client_id) SELECT s.subscriber, ",
        );
        out.push_bind_param::<SmallInt, _>(&self.bucket)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.ordering_key)?;
        out.push_sql(", ");
        out.push_bind_param::<SqlUuid, _>(&self.id)?;
        for at in [&self.at, &self.at] {
            out.push_sql(", ");
            out.push_bind_param::<Timestamptz, _>(at)?;
        }
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&self.kind)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&self.recorded_as)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<BigInt>, _>(&self.user_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<SqlUuid>, _>(&self.session_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&self.actor)?;
        for text in [&self.method, &self.client_id] {
            out.push_sql(", ");
            out.push_bind_param::<Nullable<Text>, _>(text)?;
        }
        out.push_sql(" FROM ");
        out.push_sql(part);
        out.push_sql(", unnest(");
        out.push_bind_param::<Array<Text>, _>(&self.subscribers)?;
        out.push_sql(") AS s (subscriber)");
        Ok(())
    }
}
