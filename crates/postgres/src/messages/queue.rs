//! The queue of messages.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::messages::{MessageBacklog, MessageId, QueuedMessage};
use auth_ports::{ClaimMessages, Failure, FreePlaces, LatestDue, MessageQueue};
use diesel::dsl::{count_star, min};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, SmallInt, Uuid as SqlUuid};
use uuid::Uuid;

use super::bucket::{OF_THE_PROGRAM_BEFORE, bucket_of};
use super::row::{MessageRow, NOTICE};
use super::{claim, hasten};
use crate::PostgresStores;
use crate::schema::messages;

#[async_trait]
impl MessageQueue for PostgresStores {
    async fn claim_due(&self, claim: ClaimMessages) -> Result<Vec<QueuedMessage>, Failure> {
        let mut rows = claim::claim(&self.database, self.layout, claim).await?;
        rows.sort_by_key(|row| row.created_at);
        Ok(rows.into_iter().filter_map(|row| row.into_message(&self.schemes)).collect())
    }

    async fn remove_all(&self, ids: &[MessageId]) -> Result<(), Failure> {
        match *ids {
            [] => Ok(()),
            [id] => self.of_either_program(id, move |conn, bucket| Remove(bucket, id.as_uuid()).execute(conn)).await,
            _ => {
                let mut buckets: Vec<_> = ids.iter().map(|id| bucket_of(*id)).collect();
                buckets.push(OF_THE_PROGRAM_BEFORE);
                buckets.sort_unstable();
                buckets.dedup();
                let mut ids: Vec<_> = ids.iter().map(|id| id.as_uuid()).collect();
                ids.sort_unstable();
                self.database.statement(move |conn| RemoveAll(&buckets, &ids).execute(conn).map(drop)).await
            }
        }
    }

    async fn retry_at(&self, id: MessageId, at: Timestamp) -> Result<(), Failure> {
        self.of_either_program(id, move |conn, bucket| {
            diesel::update(messages::table.find((bucket, id.as_uuid()))).set(messages::due_at.eq(at)).execute(conn)
        })
        .await
    }

    async fn hasten(&self, now: Timestamp, latest: LatestDue, limit: u16) -> Result<u64, Failure> {
        hasten::hasten(&self.database, now, latest, limit).await
    }

    async fn backlogs(&self) -> Result<Vec<MessageBacklog>, Failure> {
        let by_channel = self.database.statement(|conn| {
            let selected = (messages::channel, count_star(), min(messages::created_at));
            messages::table.group_by(messages::channel).select(selected).load::<(String, i64, Option<Timestamp>)>(conn)
        });
        let backlog = |(name, waiting, oldest_at): (String, i64, Option<Timestamp>)| {
            let (name, are_notices) = name.strip_prefix(NOTICE).map_or((&*name, false), |channel| (channel, true));
            let channel = self.schemes.channel(name)?;
            Some(MessageBacklog { channel, are_notices, waiting: waiting.unsigned_abs(), oldest_at: oldest_at? })
        };
        Ok(by_channel.await?.into_iter().filter_map(backlog).collect())
    }

    async fn next_due(&self, places: FreePlaces) -> Result<Option<Timestamp>, Failure> {
        claim::next_due(&self.database, places).await
    }
}

impl PostgresStores {
    /// Changes a message by its whole key: as this program has written it, and if there is none, as the program before has.
    /// A statement for both would touch two nodes each time.
    async fn of_either_program<F>(&self, id: MessageId, change: F) -> Result<(), Failure>
    where
        F: Fn(&mut PgConnection, i16) -> QueryResult<usize> + Send + 'static,
    {
        let changed = self.database.statement(move |conn| {
            if change(conn, bucket_of(id))? == 0 {
                change(conn, OF_THE_PROGRAM_BEFORE)?;
            }
            Ok(())
        });
        changed.await
    }
}

/// Removes the message with this key. It is by far the most frequent of what is asked of the queue, so it is planned once
/// for each connection: a plan for a list, whose length nobody knows, looks too dear to be kept.
struct Remove(i16, Uuid);

impl QueryFragment<Pg> for Remove {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("DELETE FROM messages WHERE bucket = ");
        out.push_bind_param::<SmallInt, _>(&self.0)?;
        out.push_sql(" AND id = ");
        out.push_bind_param::<SqlUuid, _>(&self.1)
    }
}

impl QueryId for Remove {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<PgConnection> for Remove {}

/// Removes messages from these buckets. Written out, because Diesel's builder makes another text for each number of them.
struct RemoveAll<'a>(&'a [i16], &'a [Uuid]);

impl QueryFragment<Pg> for RemoveAll<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("DELETE FROM messages WHERE bucket = ANY(");
        out.push_bind_param::<Array<SmallInt>, _>(self.0)?;
        out.push_sql(") AND id = ANY(");
        out.push_bind_param::<Array<SqlUuid>, _>(self.1)?;
        out.push_sql(")");
        Ok(())
    }
}

impl QueryId for RemoveAll<'_> {
    type QueryId = RemoveAll<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<PgConnection> for RemoveAll<'_> {}

/// Queues messages that nobody has tried to send, due when they were written. Without messages it does nothing.
pub(crate) fn queue_messages_in_txn(conn: &mut PgConnection, messages: Vec<QueuedMessage>) -> QueryResult<()> {
    if messages.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = messages.into_iter().map(MessageRow::from).collect();
    diesel::insert_into(messages::table).values(rows).execute(conn).map(drop)
}
