//! Messages that wait to be sent, on PostgreSQL.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::identifier::Schemes;
use auth_domain::messages::{Language, MessageId, QueuedMessage};
use auth_domain::verifications::VerificationId;
use auth_ports::{Failure, MessageQueue, SendRequest};
use diesel::prelude::*;
use uuid::Uuid;

use crate::PostgresStores;
use crate::schema::messages;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = messages)]
struct MessageRow {
    id: Uuid,
    verification_id: Uuid,
    channel: String,
    address_kind: String,
    address_value: String,
    address_shown: String,
    address_as_sent: String,
    language: String,
    created_at: Timestamp,
    expires_at: Timestamp,
    due_at: Timestamp,
    attempts: i16,
}

impl MessageRow {
    /// Returns `None` for an address or a channel of a kind that is no longer registered, because nobody could
    /// deliver the message.
    fn into_message(self, schemes: &Schemes) -> Option<QueuedMessage> {
        Some(QueuedMessage {
            id: MessageId::from_uuid(self.id),
            verification: VerificationId::from_uuid(self.verification_id),
            to: schemes.restore(&self.address_kind, self.address_value, self.address_shown)?,
            address_as_sent: self.address_as_sent,
            channel: schemes.channel(&self.channel)?,
            language: Language::choose(&self.language).unwrap_or_default(),
            created_at: self.created_at,
            expires_at: self.expires_at,
            attempts: u16::try_from(self.attempts - 1).unwrap_or(0),
        })
    }
}

#[async_trait]
impl MessageQueue for PostgresStores {
    async fn claim_due(
        &self,
        now: Timestamp,
        leased_until: Timestamp,
        limit: u16,
    ) -> Result<Vec<QueuedMessage>, Failure> {
        let mut rows: Vec<MessageRow> = self
            .database
            .transaction(move |conn| {
                let due: Vec<Uuid> = messages::table
                    .filter(messages::due_at.le(now))
                    .order((messages::due_at, messages::created_at))
                    .limit(i64::from(limit))
                    .select(messages::id)
                    .for_update()
                    .skip_locked()
                    .load(conn)?;
                let leased = diesel::update(messages::table.filter(messages::id.eq_any(due)))
                    .set((messages::due_at.eq(leased_until), messages::attempts.eq(messages::attempts + 1)))
                    .returning(MessageRow::as_returning())
                    .load(conn)?;
                Ok(leased)
            })
            .await?;
        rows.sort_by_key(|row| row.created_at);
        Ok(rows.into_iter().filter_map(|row| row.into_message(&self.schemes)).collect())
    }

    async fn remove(&self, id: MessageId) -> Result<(), Failure> {
        self.database
            .statement(move |conn| diesel::delete(messages::table.find(id.as_uuid())).execute(conn).map(drop))
            .await
    }

    async fn retry_at(&self, id: MessageId, at: Timestamp) -> Result<(), Failure> {
        self.database
            .statement(move |conn| {
                diesel::update(messages::table.find(id.as_uuid())).set(messages::due_at.eq(at)).execute(conn).map(drop)
            })
            .await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, Failure> {
        self.database.statement(|conn| messages::table.select(diesel::dsl::min(messages::due_at)).first(conn)).await
    }
}

pub(crate) fn queue_message_in_txn(
    conn: &mut PgConnection,
    request: &SendRequest,
    verification: VerificationId,
    expires_at: Timestamp,
) -> QueryResult<()> {
    let row = MessageRow {
        id: request.message.as_uuid(),
        verification_id: verification.as_uuid(),
        channel: request.channel.name().to_owned(),
        address_kind: request.address.kind().name().to_owned(),
        address_value: request.address.canonical().to_owned(),
        address_shown: request.address.shown().to_owned(),
        address_as_sent: request.address_as_sent.clone(),
        language: request.language.tag().to_owned(),
        created_at: request.now,
        expires_at,
        due_at: request.now,
        attempts: 0,
    };
    diesel::insert_into(messages::table).values(row).execute(conn).map(drop)
}
