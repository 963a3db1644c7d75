//! The queue of messages.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::messages::{MessageBacklog, MessageId, QueuedMessage};
use auth_ports::{ClaimMessages, Failure, FreePlaces, LatestDue, MessageQueue};
use diesel::dsl::{count_star, min};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use super::claim;
use super::row::{MessageRow, NOTICE};
use crate::PostgresStores;
use crate::schema::messages;

/// Looks at the far end of the index of claims, where hardly anything is, so that claims need not ask for it. What another
/// call holds at this moment is left to it.
const HASTEN: &str = "WITH late AS (SELECT id FROM messages \
     WHERE due_at > least($2, $3) AND due_at > CASE WHEN notice IS NULL THEN $2 ELSE $3 END \
     LIMIT $4 FOR UPDATE SKIP LOCKED) \
     UPDATE messages u SET due_at = $1 FROM late WHERE u.id = late.id";

#[async_trait]
impl MessageQueue for PostgresStores {
    async fn claim_due(&self, claim: ClaimMessages) -> Result<Vec<QueuedMessage>, Failure> {
        let mut rows = claim::claim(&self.database, claim).await?;
        rows.sort_by_key(|row| row.created_at);
        Ok(rows.into_iter().filter_map(|row| row.into_message(&self.schemes)).collect())
    }

    async fn remove_all(&self, ids: &[MessageId]) -> Result<(), Failure> {
        let mut ids: Vec<_> = ids.iter().map(|id| id.as_uuid()).collect();
        ids.sort_unstable();
        self.database.statement(move |conn| Remove(&ids).execute(conn).map(drop)).await
    }

    async fn retry_at(&self, id: MessageId, at: Timestamp) -> Result<(), Failure> {
        self.database
            .statement(move |conn| {
                diesel::update(messages::table.find(id.as_uuid())).set(messages::due_at.eq(at)).execute(conn).map(drop)
            })
            .await
    }

    async fn hasten(&self, now: Timestamp, latest: LatestDue, limit: u16) -> Result<u64, Failure> {
        let hastened = self.database.statement(move |conn| {
            diesel::sql_query(HASTEN)
                .bind::<Timestamptz, _>(now)
                .bind::<Timestamptz, _>(latest.codes)
                .bind::<Timestamptz, _>(latest.notices)
                .bind::<BigInt, _>(i64::from(limit))
                .execute(conn)
        });
        Ok(hastened.await? as u64)
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

/// Removes these messages. Written out, because Diesel's builder makes another text for each number of them.
struct Remove<'a>(&'a [Uuid]);

impl QueryFragment<Pg> for Remove<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("DELETE FROM messages WHERE id = ANY(");
        out.push_bind_param::<Array<SqlUuid>, _>(self.0)?;
        out.push_sql(")");
        Ok(())
    }
}

impl QueryId for Remove<'_> {
    type QueryId = Remove<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<PgConnection> for Remove<'_> {}

/// Queues messages that nobody has tried to send, due when they were written. Without messages it does nothing.
pub(crate) fn queue_messages_in_txn(conn: &mut PgConnection, messages: Vec<QueuedMessage>) -> QueryResult<()> {
    if messages.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = messages.into_iter().map(MessageRow::from).collect();
    diesel::insert_into(messages::table).values(rows).execute(conn).map(drop)
}
