//! The queue of messages.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::messages::{MessageId, QueuedMessage};
use auth_ports::{ClaimMessages, Failure, FreePlaces, MessageQueue};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, Uuid as SqlUuid};
use uuid::Uuid;

use super::claim;
use super::row::MessageRow;
use crate::PostgresStores;
use crate::schema::messages;

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
